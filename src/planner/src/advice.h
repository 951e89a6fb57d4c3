// Rules that may not act by themselves. What a `recommend` rule asks for is planned like any other action, with its
// reason, but last and at that level: it takes what room is left, gives none, and the actuator does not carry it out. What
// an `observe` rule asks for is only listed among the denied.
#pragma once

#include "placement.h"

namespace headroom {

void advise(Draft& draft, Placement& placement);

}  // namespace headroom
