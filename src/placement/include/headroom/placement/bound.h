// What no assignment can cost less than: all hosts pooled into one.
//
//   sum_lanes    weight * max(0, sum needs - sum safe)
// + sum_balances weight * max(0, target * free(of) - free(against)),  free = sum capacities - sum needs
//
// It holds because max(0, x) is convex and the sums over hosts do not depend on who is where. Where hosts have prices
// (use_price, open_price), a bound on load, use and open together takes the place of the first line: a relaxation in which items can
// be cut anywhere, solved by prices of lanes; formula and proof are in src/relaxation.h. Hosts are open wholly or not at all where there
// are so few that it matters. It is at least the first line.
//
// Moves are taken to be free, and items cut, so the bound says little where constraints or the price of moves bind, or items are large
// against hosts; with many small items it is within a few thousandths of the best known answers.
#pragma once

#include "headroom/placement/problem.h"

namespace headroom::placement {

// Pure; the problem must be valid (problem.h).
std::int64_t lower_bound(const Problem& problem);

// The share of a cost that is proved to be at most too much: (cost - bound) / cost; 0 for a cost of 0.
double gap(std::int64_t cost, std::int64_t bound);

}  // namespace headroom::placement
