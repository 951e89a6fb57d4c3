// Groups whose items must be on different hosts. State: a bit for each such group and host.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

class Apart {
 public:
  explicit Apart(const Problem& problem);

  bool allows(std::int32_t item, std::int32_t to) const {
    const std::int32_t row = row_[item];
    return row < 0 || !taken(row, to);
  }
  // `item` goes to `to`, and `other` from there to `from`.
  bool allows_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    return (row_[item] == row_[other] && row_[item] >= 0) || (allows(item, to) && allows(other, from));
  }
  void put(std::int32_t item, std::int32_t host) { flip(item, host); }
  void take(std::int32_t item, std::int32_t host) { flip(item, host); }

 private:
  bool taken(std::int32_t row, std::int32_t host) const {
    return (bits_[static_cast<std::size_t>(row) * words_ + static_cast<std::size_t>(host) / 64] >> (host % 64) & 1) != 0;
  }
  void flip(std::int32_t item, std::int32_t host) {
    const std::int32_t row = row_[item];
    if (row >= 0) bits_[static_cast<std::size_t>(row) * words_ + static_cast<std::size_t>(host) / 64] ^= 1ULL << (host % 64);
  }

  std::size_t words_ = 0;
  std::vector<std::int32_t> row_;  // of an item's group; -1: it may be anywhere
  std::vector<std::uint64_t> bits_;
};

void check_apart(const Problem& problem, const Assignment& assignment, std::vector<std::string>& breaches);

}  // namespace headroom::placement
