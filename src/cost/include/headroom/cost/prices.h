// What things cost beside the hosts themselves, and the energy a host draws. Money is USD. docs/cost.md has the formulas
// with their sources. Utilisation is the share of a host's CPU in use, 0..1 (values outside are clamped). Pure functions
// and plain values, thread-safe.
#pragma once

#include <array>
#include <map>
#include <string>

#include "headroom/base/instant.h"
#include "headroom/base/quantity.h"
#include "headroom/model/host.h"

namespace headroom::cost {

struct Prices {
  double usd_per_kwh = 0.25;             // industrial electricity with cooling
  double usd_per_interruption = 0.10;    // of a spot host, whatever runs on it
  Duration interrupted_for{};            // and so long each of its VMs is down
  // Of an hour in which one VM wants more of a resource than it gets: what the planner pays by default (0.1 USD an
  // overloaded VM-hour, CPU five times; planner/policy.h).
  std::array<double, kResourceCount> usd_per_short_vm_hour{0.5, 0.1, 0.1, 0.1};
  double usd_per_gib_moved = 0;          // of a migration, on the wire
  double migration_slowdown = 0.1;       // share of its CPU that a VM lacks while it is copied
  double usd_per_host_start = 0;         // wear: disks, fans and power supplies age by cycles
  Duration host_start_takes = std::chrono::seconds(180), host_stop_takes = std::chrono::seconds(60);

  // A VM that is down is short of everything.
  double usd_per_down_vm_hour() const;
  // What one interruption of a spot host with `vms` VMs costs.
  double usd_per_interruption_of(double vms) const;
};

// Along the measured curve where there is one, else the line from idle to full; of a host that is on.
double watts(const HostPrice& price, double utilisation);
double energy_kwh(const HostPrice& price, double utilisation, Duration while_on);

// Hosts of one type that are paid for, whichever of them they are: a reservation is a number, not a machine.
struct Reservation {
  std::size_t hosts = 0;
  double usd_per_hour = 0;  // of one, used or not
};
using Reservations = std::map<std::string, Reservation, std::less<>>;  // by host type

}  // namespace headroom::cost
