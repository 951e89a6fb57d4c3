// Capacity: what is on a host, and what is held there for items that have left it (transient lanes), stays within it. The
// search's part is the row `room` of state.h: one compare. A host that the start overfills never holds more than at the start;
// what it uses above its capacity is charged in a lane of its own (layout.h).
#pragma once

#include <string>
#include <vector>

#include "allowance.h"
#include "headroom/placement/problem.h"

namespace headroom::placement {

// hosts x lanes: what is there in the end.
std::vector<std::int64_t> use_of(const Problem& problem, const Assignment& assignment);
void check_capacity(const Problem& problem, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches);
std::int64_t overfull_cost(const Problem& problem, const Assignment& assignment);  // by breach_price

}  // namespace headroom::placement
