// What is said of a series of which nothing is known yet: the spread over all VMs, of the ceiling where there is one.
#pragma once

#include "headroom/model/band.h"
#include "headroom/model/resources.h"

namespace headroom {

Band prior_band(Resource resource, double ceiling);

}  // namespace headroom
