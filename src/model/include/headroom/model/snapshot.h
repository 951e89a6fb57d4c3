// Everything a plan may depend on, at one moment: pool, fleet, forecasts, and what is already under way.
// Hosts and VMs are sorted by id. A Snapshot is a plain value: whoever holds it may read it from any thread.
#pragma once

#include <vector>

#include "headroom/base/instant.h"
#include "headroom/model/constraint.h"
#include "headroom/model/forecast.h"
#include "headroom/model/host.h"
#include "headroom/model/plan.h"
#include "headroom/model/vm.h"

namespace headroom {

// An action that was started and has not ended. While a VM moves, both ends carry it.
struct InFlight {
  Action action;
  Instant started_at;
};

// What the pool's balancing rules remember from round to round; kept by the loop.
struct PoolMemory {
  int imbalanced_rounds = 0;      // how many rounds in a row the hosts have been out of balance
};

struct Snapshot {
  Instant taken_at;
  Duration step{};                // length of one sampling and decision round
  Horizons horizons;
  std::vector<Host> hosts;        // ascending id
  std::vector<Vm> vms;            // ascending id
  std::vector<InFlight> in_flight;
  std::vector<Constraint> constraints;  // what operators say; what hosts and VMs say of themselves is in them
  PoolMemory memory;

  const Host* find(HostId id) const;  // nullptr when there is none; O(log n)
  const Vm* find(VmId id) const;
};

}  // namespace headroom
