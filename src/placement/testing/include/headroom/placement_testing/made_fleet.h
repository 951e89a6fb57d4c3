// A fleet from a seed, as a placement problem in money: what tests and benchmarks consolidate. Equal settings give an equal
// problem on every machine.
//
// Costs are in billionths of a dollar an hour. Four resources (CPU in millicores, memory in MiB, disk and network in KB/s) at
// three horizons make twelve lanes. Hosts, in turn, are of three types:
//
//   type        of 5  cores  GiB  open, USD/h  watts idle to full
//   reserved       2     32  256         0.03  200 to 350            paid already: only its power costs
//   on demand      2     64  512         2.94  300 to 600
//   old            1     24  128         1.65  250 to 450            dearer a core and a GiB
//
// Electricity is 0.15 USD a kWh: idle power is in open_price, the slope in the use_price of CPU at the first horizon.
//
// Marginals are like those of the 95 % quantiles of 100 VMs of Bitbrains' trace "Rnd" (GWA-T-12, 2013), all log-normal: cores
// median 2, deviation 0.7 of the logarithm; CPU use of them median 8 %, 1.8, at most all; memory 4.7 GiB, 1.5; disk 15 KB/s,
// 2.8; network 15 KB/s, 3.0; large VMs are large in everything, to a half. A VM needs 3 to 15 % more at 15 minutes and 8 to
// 40 % at an hour, of memory up to 2 %. Needs are then scaled until the lane that is scarcest takes `fill` of all hosts
// together, none being above half of the smallest host. Above four fifths of a host CPU and network cost 0.20 USD an hour for
// 1,000 units; memory and disk only have a limit. VMs start spread evenly: one after the other on the host that is emptiest.
#pragma once

#include "headroom/placement/problem.h"

namespace headroom::placement_testing {

struct FleetMaking {
  std::uint64_t seed = 1;
  std::size_t hosts = 500, items = 5000;
  double fill = 0.45;                    // needs over capacities, of the scarcest lane
  std::int64_t away_price = 0;           // of moving a VM
};

placement::Problem make_fleet(const FleetMaking& making);  // valid, and its start breaks nothing

}  // namespace headroom::placement_testing
