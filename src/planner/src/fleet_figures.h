// What a fleet comes to at one moment (what_if.h, FleetFigures).
#pragma once

#include "headroom/planner/what_if.h"

namespace headroom {

// `typical`: the VM that further ones are like; null: nobody is counted.
FleetFigures figures_of(const Snapshot& snapshot, const Policy& policy, const Vm* typical);

// The VM in the middle by size (a core counts like 4 GiB), ties by id; nullptr where there is none.
const Vm* typical_vm(const Snapshot& snapshot);

// The snapshot once what of a plan is done by itself has been done: a start or a stop counts as over.
Snapshot carried_out(Snapshot snapshot, const Plan& plan);

}  // namespace headroom
