// "What if": the fleet of a snapshot with hosts or load added or taken away, what would have to happen first, what the
// planner would do then, and what that comes to. Nothing is carried out, and nothing is drawn or timed: a pure function.
//
//   auto answer = what_if(snapshot, policy, {LoseHost{"h3"}, AddHosts{"ondemand-16"}});
//
// Changes apply in their order, each to what the ones before left. Whoever loses its place by one (a lost host's VMs, a
// drained host's, new ones) gets another right then, the biggest memory first, by the planner's own choice of hosts: the
// cheapest that runs and has room. Who finds none waits, and is tried again after each later change; after the last, hosts
// that are off are started for who still waits, where the policy may start hosts.
//
// Units: base units of model/resources.h, USD per hour. Threads: any. Ownership: values only.
// Errors: kInvalid for a change out of bounds, kNotFound for a name nobody bears; the sentence names the change.
// Cost: three plans and their figures, and O(VMs + hosts) for each VM that looks for a place and each host started for one.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

inline constexpr std::size_t kMostChanges = 16;
inline constexpr std::size_t kMostAdded = 1000;       // hosts, or VMs, of one change
inline constexpr double kMostLoadFactor = 100;
inline constexpr std::size_t kMostTaken = 1'000'000;  // FleetFigures::takes_more counts no further

// Like the host of that name, or the first host of that type: on, empty, healthy. It is named after the type: "big-new-1".
struct AddHosts {
  std::string like;
  std::size_t count = 1;
};
// It fails. Its VMs have to be started again elsewhere; one that may not leave the host, or whose disk is on it, cannot.
struct LoseHost {
  std::string host;
};
// It takes nobody in, and those on it move away live; who may not stays.
struct DrainHost {
  std::string host;
};
// Used and forecast demand times a factor, never over the ceiling. A rule that has to hold for some time does not hold at once.
struct ScaleLoad {
  double factor = 1;
  std::string vms = "*";                                          // a glob of names: * and ?
  std::array<bool, kResourceCount> resources{true, true, true, true};
};
// Started now, named "new-1" and on. Like a VM: its allocation, its forecast, its limits. Else with this allocation, of which it
// is taken to use all until it is known better.
struct AddVms {
  std::optional<std::string> like;
  Resources allocation;
  std::size_t count = 1;
};
using Change = std::variant<AddHosts, LoseHost, DrainHost, ScaleLoad, AddVms>;

// A fleet at one moment.
struct FleetFigures {
  std::size_t hosts = 0, hosts_on = 0;       // on or starting
  std::size_t vms = 0;
  double host_usd_per_hour = 0;              // what is invoiced (cost/bill.h) at the expected use
  double allocation_usd_per_hour = 0;        // at the policy's unit prices; 0 by a policy without
  struct AtRisk {
    std::string host;
    double risk = 0;                         // P(its CPU is overloaded at the policy's horizon)
  };
  std::vector<AtRisk> over_risk;             // hosts over the policy's limit, the worst first
  struct Fullest {
    std::string host;
    double share = 0;                        // given of admissible
  };
  std::array<Fullest, kResourceCount> fullest;  // of the hosts that are on; no name where there are none
  std::size_t takes_more = 0;                // VMs like the typical one that hosts which are on have room for
  std::size_t takes_more_started = 0;        // and those that could be started
};

// A host as the place for one VM.
struct HostChoice {
  std::string host, type;
  double usd_per_hour = 0;
  double risk = 0;                           // P(its CPU is overloaded), with the VM
  bool start = false;                        // it is off, and would be started
  std::string refused;                       // what stands against it; empty: nothing
};

// Who had to find a place, and where it was.
struct Placed {
  std::string vm;
  std::string from;                          // empty: a new VM
  std::string to;                            // empty: nowhere, and `why` says so
  std::string why;
  Resources allocation;
  bool live = false;                         // it moves; else it is started there
  bool starts_host = false;                  // `to` is started for it
  bool stays = false;                        // nowhere, and it remains on `from`
};

// All hosts as places for a new VM, at the moment it looked for one.
struct Arrival {
  static constexpr std::size_t kRanked = 10;
  std::string vm;
  Resources allocation;
  std::vector<HostChoice> ranked;            // that would do, in the planner's order, the first ones
  std::size_t also = 0;                      // further ones that would do
  std::vector<HostChoice> refused;           // in the snapshot's order
};

struct WhatIf {
  std::string typical_vm;                    // the VM in the middle by size; empty in a fleet without VMs
  Resources typical_allocation;
  FleetFigures before;                       // as it is
  FleetFigures after;                        // changed, and everybody in place who has one
  FleetFigures planned;                      // and that plan carried out
  std::vector<Placed> placed;                // in order; each VM once, where it ended
  std::vector<Arrival> arrivals;             // the first VM of each AddVms
  Snapshot changed;                          // what `after` and `plan` are about; who has no place is not in it
  Plan plan;                                 // what make_plan() makes of it
  Plan plan_before;                          // what it makes of the snapshot as it is

  std::size_t without_room() const;          // of `placed`
};

// Preconditions as make_plan()'s.
Result<WhatIf> what_if(const Snapshot& snapshot, const Policy& policy, const std::vector<Change>& changes);

}  // namespace headroom
