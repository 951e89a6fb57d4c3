// Adds to a made problem (made_problem.h) what items want of hosts and of each other, drawn from a seed: host sets and wishes,
// relations of every kind and scope, hard and soft, and risks. Equal settings give an equal problem on every machine.
//
// Hard wants hold at the start unless `broken`: then homes are shuffled, so that every constraint is broken somewhere, and breaches
// have a price. What groups ask of others to be near them is dropped then, since it has no price.
#pragma once

#include "headroom/placement/problem.h"

namespace headroom::placement_testing {

struct Wants {
  std::uint64_t seed = 1;
  std::size_t sets = 10;
  double bound = 0.2;                        // of items, to a set
  std::size_t wishes = 60, relations = 40, risks = 2;
  bool broken = false;
};

void add_wants(placement::Problem& problem, const Wants& wants);

}  // namespace headroom::placement_testing
