// Headroom's ladder, cheapest and quickest rung first: give back what is not needed, grow in place, take from neighbours
// that hardly need it, move, take from neighbours that need it less, move one of them, grow in part and say what was
// denied, start a host.
#pragma once

#include "placement.h"
#include "wishes.h"

namespace headroom {

void climb_ladder(Draft& draft, Placement& placement, const std::vector<Wish>& wishes);

// After the ladder: VMs leave hosts whose summed demand is likely to pass what they deliver; when none can, a host is
// started if their overload is worth more.
void relieve_hosts(Draft& draft, Placement& placement);

// Before the ladder, once every HostPolicy::consolidate_every: one host is emptied if that is worth its moves, and all
// its VMs get what they wish for where they go. (After the ladder a VM or two of every host have just been resized.)
void empty_a_host(Draft& draft, Placement& placement, const std::vector<Wish>& wishes);

// After everything else, so that a host that was started for somebody is not stopped before they are on their way.
void stop_empty_hosts(Draft& draft);

// The specification's order (policy.h, MigrateFirst).
void migrate_first(Draft& draft, Placement& placement);

}  // namespace headroom
