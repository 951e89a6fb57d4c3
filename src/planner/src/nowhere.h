// Where VMs are that run nowhere, while a fleet is being changed (altered_fleet.h): its last host, failed and without any room.
#pragma once

#include "headroom/model/host.h"

namespace headroom {

inline constexpr HostId kNowhere{0xfffffffe};
Host nowhere();

}  // namespace headroom
