// The bound on what lanes and hosts cost together, as a Lagrange dual: each host may hold any use it has room for, and a price
// of each lane, the same on all hosts, makes the uses add up to what is needed.
//
// What a host with use u costs is f_h(u) = 0 for u = 0, else open + sum_l use_price_l u_l + weight_l max(0, u_l - safe_l).
// An assignment gives uses 0 <= u_hl <= capacity_hl with sum_h u_hl = N_l, the sum of all needs. So for ANY prices y_l
//
//   cost >= sum_h f_h(u_h) + sum_l y_l (N_l - sum_h u_hl)
//        >= sum_l y_l N_l + sum_h min(0, open_h + sum_l min over u of (use_price - y_l) u + weight_l max(0, u - safe)),
//
// whatever the y; the inner minimum is at u = 0, safe or capacity. (A host that is overfull at the start may stay so, and counts
// with what is on it then.) With y on one lane only, the best y is that of the fractional knapsack over hosts by their price
// per unit when full, open_price / capacity + use_price; with y_l = weight_l, open and use free, it is the pooled overload.
// Prices on several lanes are a mixture of these (a surrogate knapsack), and at least as good.
//
// Any y bounds any part of the assignments as well. Be n_k the number of hosts of kind k (all alike) that are open: either n_k <= m or
// n_k >= m + 1. In the first case at most m of the kind count in the sum; in the second m + 1 at least count, below 0 or above. Each case
// gets prices of its own, and the lesser of the two bounds holds for all. Of a kind that is needed in part the sum above counts that
// part; split there, it counts whole hosts. The case with the least bound is split again, a few times, if there are so few hosts that
// one of them matters.
//
// y is looked for in floating point, from the best single lane on by ascent along one lane at a time and subgradient steps (Held,
// Wolfe, Crowder 1974, with an aim that comes nearer where it is missed); what is returned is the value at y in fixed point,
// computed in 128-bit integers and rounded up, since costs are whole. So the bound holds exactly.
#pragma once

#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

struct Relaxed {
  std::int64_t bound = 0;            // no assignment costs less for load, use and open together
  std::vector<double> lane_price;    // y before any split: what a unit of a lane is worth; 0 where it is not scarce
};

// Pure; the problem must be valid.
Relaxed relax(const Problem& problem);

// lower_bound() of bound.h, for those who have relaxed the problem already.
std::int64_t lower_bound(const Problem& problem, const Relaxed& relaxed);

}  // namespace headroom::placement
