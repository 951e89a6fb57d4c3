// An independent judge of assignments: recomputes everything from the Problem in 64 bits and shares no code with the
// search. Each constraint has a check of its own, beside its part in the search (apart.cpp, close.cpp, ...).
//
// Pure functions; the problem must be valid (problem.h).
#pragma once

#include <string>
#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

struct Cost {
  std::int64_t load = 0, balance = 0, away = 0, group_away = 0, distance = 0;

  std::int64_t total() const { return load + balance + away + group_away + distance; }
  bool operator==(const Cost&) const = default;
};

// One sentence per breach; empty: every constraint holds. An assignment of the wrong length or to no host is one breach.
std::vector<std::string> check(const Problem& problem, const Assignment& assignment);

// What a whole assignment (every item on a host) costs.
Cost cost_of(const Problem& problem, const Assignment& assignment);

}  // namespace headroom::placement
