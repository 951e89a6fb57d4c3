// Capacity: what is on a host, and what is held there for items that have left it (transient lanes), stays within it. The
// search's part is the row `room` of state.h: one compare.
#pragma once

#include <string>
#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

// hosts x lanes: what is there in the end.
std::vector<std::int64_t> use_of(const Problem& problem, const Assignment& assignment);
void check_capacity(const Problem& problem, const Assignment& assignment, std::vector<std::string>& breaches);

}  // namespace headroom::placement
