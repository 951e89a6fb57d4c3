// The legs that a leg has to wait for: a small ordered set.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace headroom::migration {

class Waits {
 public:
  void add(std::int32_t leg) {
    const auto at = std::lower_bound(legs_.begin(), legs_.end(), leg);
    if (at == legs_.end() || *at != leg) legs_.insert(at, leg);
  }
  bool has(std::int32_t leg) const { return std::binary_search(legs_.begin(), legs_.end(), leg); }
  void drop(const Waits& others) {
    std::erase_if(legs_, [&](std::int32_t leg) { return others.has(leg); });
  }
  const std::vector<std::int32_t>& legs() const { return legs_; }

 private:
  std::vector<std::int32_t> legs_;
};

}  // namespace headroom::migration
