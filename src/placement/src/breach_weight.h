// What a unit above a capacity costs where the start is above it: the price of a breach for as many as would have to leave, an
// item being taken at the mean need. Part of what a Problem means, so the search and the judge share it.
#pragma once

#include <algorithm>

#include "headroom/placement/problem.h"
#include "magnitude.h"

namespace headroom::placement {

// `need` has `columns` columns and a row for each item. 0 when no breach may be there at the start.
inline std::int64_t breach_weight(const Problem& p, const std::vector<std::int64_t>& need, std::size_t columns, std::size_t column) {
  if (p.breach_price == 0 || p.items == 0) return 0;
  std::int64_t sum = 0;
  for (std::size_t at = column; at < need.size(); at += columns) sum += need[at];
  const std::int64_t mean = std::max<std::int64_t>(1, sum / static_cast<std::int64_t>(p.items));
  return std::clamp<std::int64_t>(p.breach_price / mean, 1, kMostWeight);
}

}  // namespace headroom::placement
