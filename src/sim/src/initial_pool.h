// The hosts a world begins with: as many as first-fit decreasing needs for the initial allocations, part of them
// reserved, the rest on demand, and some spare ones that are off.
#pragma once

#include "headroom/sim/world.h"

namespace headroom {

// Fills world.hosts and the VMs' hosts. Errors: kInvalid when the scenario has no usable host type.
Result<void> build_pool(World& world);

}  // namespace headroom
