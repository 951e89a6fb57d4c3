#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace headroom {

// Insertion sort, for less than a dozen: g++ 12 misreads std::sort's bounds on arrays this short.
inline void sort_few(std::span<float> x) {
  for (std::size_t i = 1; i < x.size(); ++i)
    for (std::size_t k = i; k > 0 && x[k] < x[k - 1]; --k) std::swap(x[k], x[k - 1]);
}

}  // namespace headroom
