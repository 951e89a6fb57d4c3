// An independent judge of plans: shares no code with the planner, and trusts nothing it says. Used by the loop before
// anything is acted on, and by tests after every step.
//
// Checked: every action names things that exist; a VM has at most one action, none while one is in flight; VMs that are
// foreign, immovable or may not be scaled that way are left alone; allocations stay between floor and ceiling; no host
// is over its admission at any moment, moves counted on both ends, growth counted at once, shrinks only where they
// precede; destinations are on; no host that carries or awaits a VM is stopped; no hard constraint on where VMs may be is broken that was not
// (constraints/judge.h: what operators say, mobility, equipment, hosts that accept nobody); moves start in time for what they are to
// prevent, wait for nobody that does not start before them, and stay within rooms and wires whoever is late or fails.
#pragma once

#include <string>
#include <vector>

#include "headroom/model/snapshot.h"

namespace headroom {

// One sentence per breach; empty means the plan may be carried out.
std::vector<std::string> check_plan(const Snapshot& snapshot, const Plan& plan);

}  // namespace headroom
