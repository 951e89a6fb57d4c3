// Everything a plan may depend on, at one moment: pool, fleet, forecasts, and what is already under way.
// Hosts and VMs are sorted by id. A Snapshot is a plain value: whoever holds it may read it from any thread.
#pragma once

#include <map>
#include <utility>
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

// What finished migrations tell of their durations and downtimes against what was estimated, as migration/correction.h keeps it:
// sums for least squares, and the mean and variance of a difference.
struct DurationMoments {
  double weight = 0, one = 0, x = 0, xx = 0, y = 0, xy = 0, yy = 0;
};
struct DowntimeShift {
  double weight = 0, mean_ms = 0, variance = 0;
};
struct MoveError {
  DurationMoments duration;
  DowntimeShift downtime;
};
struct MoveErrors {
  MoveError fleet;
  std::map<std::pair<HostId, HostId>, MoveError> pairs;  // from, to
};

// What is remembered of the pool from round to round; kept by the loop.
struct PoolMemory {
  int imbalanced_rounds = 0;      // how many rounds in a row the hosts have been out of balance
  HostId emptying;                // the host that earlier plans have begun to empty; none: no host
  MoveErrors moves;
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
