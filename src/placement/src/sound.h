// The steps of validate() that several files share, and what the constraints add to it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "headroom/placement/problem.h"
#include "magnitude.h"

namespace headroom::placement {

inline Result<void> shape(const char* table, std::size_t have, std::size_t want) {
  if (have == want) return {};
  return invalid(fmt::format("{} has {} entries where {} are needed", table, have, want));
}
// A table that may be left out.
inline Result<void> shape_or_none(const char* table, std::size_t have, std::size_t want) {
  return have == 0 ? Result<void>{} : shape(table, have, want);
}

template <class T>
Result<void> range(const char* table, const std::vector<T>& values, std::int64_t least, std::int64_t most) {
  const auto bad = std::find_if(values.begin(), values.end(), [&](T v) { return v < least || v > most; });
  if (bad == values.end()) return {};
  return invalid(fmt::format("{}[{}] is {}; it must be {} to {}", table, bad - values.begin(), *bad, least, most));
}

template <class... Step>
Result<void> all(Step&&... step) {
  Result<void> done;
  ((done = step()) && ...);
  return done;
}

// Host sets, wishes, relations, risks and the price of breaches; items, hosts, home, need and capacity are sound already.
Result<void> constraints_are_sound(const Problem& problem);
// What they could cost at most.
double most_constraints_cost(const Problem& problem);

}  // namespace headroom::placement
