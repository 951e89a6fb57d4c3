// Placement problems made from a seed: what tests and benchmarks solve, since nothing of the challenge's data is kept here.
// Equal settings give an equal problem on every machine.
//
// How one is made: groups have sizes that halve in number as they double (most of one item, a few of dozens), and the items
// of a group have the same need. Needs are log-normal, each resource following a size common to all of them to a half. Hosts
// are of four sizes. Items are put at home largest first on random hosts with room, a third of the hosts being preferred, so
// that the start is lopsided and uneven like a fleet that grew; then hosts grow where something did not fit, and safe limits
// are `safe` of capacities. What groups ask for (locations, neighbours) is drawn from what holds at the start.
#pragma once

#include "headroom/placement/problem.h"

namespace headroom::placement_testing {

struct Making {
  std::uint64_t seed = 1;
  std::size_t hosts = 100, items = 5000, lanes = 12, transient_lanes = 4;
  std::size_t groups = 2500, near = 4400;      // at most so many "near" in all
  std::size_t locations = 10, neighbourhoods = 5;
  std::size_t balances = 1;
  double fill = 0.72, safe = 0.72;             // needs over capacities; safe limits over capacities
  bool priced = false;                         // hosts cost something: some for use, some for being open, most for both
};

// As in b_1 of the challenge: 5,000 items on 100 hosts, 12 resources, 4 of them transient. The defaults.
inline Making like_b1(std::uint64_t seed) { return {.seed = seed}; }
// A small one for tests: everything occurs in it.
Making small(std::uint64_t seed);

placement::Problem make_problem(const Making& making);  // valid, and its start breaks nothing

}  // namespace headroom::placement_testing
