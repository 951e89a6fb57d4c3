// All kinds, each defined in the file of its name. Private.
#pragma once

#include "kind.h"

namespace headroom::constraints {

extern const Kind kTogether, kApart, kClose, kSpread, kBan, kFence, kPin, kReserve, kMaxVms, kCpu, kNuma, kDevices,
    kReachability, kMobility, kMaintenance;

}  // namespace headroom::constraints
