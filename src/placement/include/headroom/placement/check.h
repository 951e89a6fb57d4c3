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
  std::int64_t load = 0, balance = 0, use = 0, open = 0, away = 0, group_away = 0, distance = 0;
  std::int64_t outside = 0, relations = 0, risk = 0;  // of soft constraints: wishes, relations, risks
  std::int64_t breaches = 0;                          // of hard constraints, by breach_price

  std::int64_t total() const {
    return load + balance + use + open + away + group_away + distance + outside + relations + risk + breaches;
  }
  bool operator==(const Cost&) const = default;
};

// One sentence per breach; empty: every constraint holds. An assignment of the wrong length or to no host is one breach.
std::vector<std::string> check(const Problem& problem, const Assignment& assignment);

// The breaches that the start does not have: a host fuller than its capacity and than at the start, an item outside of its set and
// not at home, two items in one place that were not both at home in it, a relation that lacks more than at the start.
std::vector<std::string> new_breaches(const Problem& problem, const Assignment& assignment);

// What a whole assignment (every item on a host) costs.
Cost cost_of(const Problem& problem, const Assignment& assignment);

}  // namespace headroom::placement
