// Names and phrases that several answers share.
#pragma once

#include <string>
#include <vector>

#include "headroom/model/snapshot.h"

namespace headroom {

// Empty for an id that names nothing.
std::string vm_name(const Snapshot& snapshot, VmId id);
std::string host_name(const Snapshot& snapshot, HostId id);
// The VMs whose moves a move waits for.
std::vector<std::string> waits_for(const Snapshot& snapshot, const Action& action);

}  // namespace headroom
