// The peers' host rules, as opponents in the simulator.
//   pve-crs: Proxmox VE's dynamic load scheduling: when the imbalance (standard deviation / mean of the hosts' load) has
//   been over 0.3 for 3 rounds, the best single move, if it lowers the imbalance by 10 %.
//   lr-mmt: Beloglazov and Buyya 2012: a host is overloaded when a robust local regression of its last 10 loads, times
//   1.2, passes 1; VMs leave in the order of their memory until it is not; placement by least extra power (here: the
//   cheapest fitting host, best fit); an underloaded host is emptied. No scaling.
#pragma once

#include "placement.h"

namespace headroom {

bool out_of_balance(const Snapshot& snapshot);
void pve_crs(Draft& draft, Placement& placement);
void lr_mmt(Draft& draft, Placement& placement);

}  // namespace headroom
