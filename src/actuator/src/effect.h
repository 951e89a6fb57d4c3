// Whether the world shows what an action was meant to do.
#pragma once

#include "headroom/hypervisor/hypervisor.h"

namespace headroom {

// True when the VM is on its destination with its new allocation, or the host has its new power state. Of a resize only
// the resources it changed count, each within a twentieth of its change: hypervisors round to KiB and to scheduler
// periods. A VM or host that is not in the inventory shows nothing.
bool took_effect(const Action& action, const Inventory& inventory);

}  // namespace headroom
