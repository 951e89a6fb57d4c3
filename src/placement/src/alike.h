// Items in an order where neighbours need much the same, for swaps. What two hosts lack and have too much of shrinks as a search goes
// on, and with it the differences that may still pass from one to the other; of two items drawn by chance hardly a pair differs by
// so little in every lane. So partners are drawn along this order, some from close by and some from far away.
//
// The order is that of the leaves of a k-d tree: all items are halved at the median of the lane in which they differ most, in cost,
// and each half again. It depends on the problem only. Constant; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

class Alike {
 public:
  Alike() = default;  // of nobody
  explicit Alike(const Problem& problem);

  std::int32_t item(std::int32_t place) const { return order_[static_cast<std::size_t>(place)]; }
  std::int32_t place(std::int32_t item) const { return place_[static_cast<std::size_t>(item)]; }
  // Partners are drawn from 2^kNearest places around an item, or from twice that, or twice that again...: so many ways.
  static constexpr std::uint32_t kNearest = 3;
  std::uint32_t reaches() const { return reaches_; }

 private:
  std::vector<std::int32_t> order_, place_;
  std::uint32_t reaches_ = 1;
};

}  // namespace headroom::placement
