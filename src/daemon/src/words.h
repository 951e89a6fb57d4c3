// Names and phrases that several answers share.
#pragma once

#include <string>

#include "headroom/model/snapshot.h"

namespace headroom {

// Empty for an id that names nothing.
std::string vm_name(const Snapshot& snapshot, VmId id);
std::string host_name(const Snapshot& snapshot, HostId id);

}  // namespace headroom
