// A quantile that is one of the values: the least that a share p of all values is at most. For figures that people read; what is learnt or
// published by another rule keeps that (forecast/sorted_window.h between neighbours; the rules of cost and of training).
//
// Cost: O(n); the values are put into another order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace headroom {

// Of no values it is T{}.
template <class T>
T nearest_rank(std::vector<T>& values, double p) {
  if (values.empty()) return T{};
  const auto rank = static_cast<std::ptrdiff_t>(std::ceil(p * static_cast<double>(values.size())));
  const auto nth = values.begin() + std::max<std::ptrdiff_t>(rank, 1) - 1;
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace headroom
