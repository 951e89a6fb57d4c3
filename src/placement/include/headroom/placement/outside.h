// Items that are nowhere yet: new VMs, which the engine is to place where that is cheapest, or leave out when there is no room
// or what leaving them out costs is less than placing them.
//
//   Problem problem = ...;                              // a new item has home kNowhere
//   auto outside = add_outside(problem, unmet_price);   // now it has a home, on a host that is none
//   auto answer = solve(problem, options);
//   left_outside(answer->assignment, *outside)          // the items that stayed out
//
// The convention: hosts from `outside` on are where new items wait. Each has exactly the room its items need, its use_price is the
// price of unmet demand, and being there costs nothing else. Everybody's host set (Problem::within) leaves out all of them but
// the one an item waits on itself, so no running item is ever put out, though an item placed may go back while the
// search goes on. Items of one group, or of a relation that keeps them apart or spread, wait on different hosts, each a location and
// a neighbourhood of its own, so that the start breaks nothing; a place outside counts like any other. Not so for what items
// have to be close to, or a group near, while that runs: leave it out until they run, or give breaches of the start a price.
#pragma once

#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

inline constexpr std::int32_t kNowhere = -1;  // a home, before add_outside

// Adds as many hosts as items with home kNowhere need, and makes these their homes; the first of them. `unmet_price`, for each
// lane, is what a unit of need that is not met costs. All tables of the problem must have their right shape. kInvalid, and
// nothing is changed, where there are balances, which would price the room of hosts that are none.
Result<std::int32_t> add_outside(Problem& problem, const std::vector<std::int64_t>& unmet_price);

// The items that an assignment leaves outside, in order.
std::vector<std::int32_t> left_outside(const Assignment& assignment, std::int32_t outside);

}  // namespace headroom::placement
