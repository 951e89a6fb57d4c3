// The decision core: a pure function. No clock, no IO, no globals; equal input gives an equal plan. The daemon, the
// simulator, backtests and the rule tuner all run this one.
#pragma once

#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

// Preconditions (checked): hosts and VMs ascend by id, every VM's host exists, forecasts hold every horizon.
// Complexity: O(VMs * resources * horizons * levels), plus O(hosts) per VM that has to move.
Plan make_plan(const Snapshot& snapshot, const Policy& policy);

}  // namespace headroom
