// What one would write first: best-fit-decreasing, then single shifts downhill; in plain 64-bit arithmetic, for problems with
// capacities and prices only (no groups, no balances, nothing outside). The engine has to be better than this.
//
// Hosts are opened in the order of their price per unit of room. Items go, largest first, to the fullest open host that has
// room without costing more for it (safe limits), else to the next host that has. Then each item goes to its cheapest host,
// exactly priced, pass after pass, until none gains. While there is time, the whole is done again with sizes up to a tenth
// wrong, and the best is kept.
#pragma once

#include <functional>

#include "headroom/placement/problem.h"

namespace headroom::placement_testing {

struct BestFit {
  placement::Assignment assignment;  // the start, where a way to put everything was not found
  std::int64_t cost = 0, first_cost = 0;  // first: without the repetitions
  int rounds = 0;
};

// `over` is asked often; true ends it.
BestFit best_fit(const placement::Problem& problem, std::uint64_t seed, const std::function<bool()>& over);

}  // namespace headroom::placement_testing
