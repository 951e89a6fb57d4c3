// How a host's CPU is shared: everyone gets what it asks for, at most one core, while it lasts; once one does not fit, all
// present get the same share of their wishes, in whole MIPS. Who leaves gets nine tenths, who arrives one tenth and counts
// as much. (CloudSim's VmSchedulerTimeSharedOverSubscription.)
//
// The order of additions is CloudSim's, down to that of its hash tables: nothing of it matters but the last bit, and the
// last bit may decide whether one more VM fits.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "site.h"

namespace headroom::consolidation {

// Shares anew with the guests' `asked` taken in the order they came, as an update of the host does. True when there was not
// enough for all.
bool share_in_order(HostState& host, const std::vector<VmState>& vms);

// The same as it is done when somebody has been taken away: in the order of the hash table.
void share_after_removal(HostState& host, const std::vector<VmState>& vms);

// Gives the last guest, who has just come, its share of what is free.
void share_with_last(HostState& host, const std::vector<VmState>& vms);

// String.hashCode() of Java, mixed as its HashMap does.
std::uint32_t java_hash(std::string_view text);

}  // namespace headroom::consolidation
