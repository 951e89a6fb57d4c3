// Groups whose items must be on different hosts, and are at the start. State: a bit for each such group and host.
//
// What apart.h does for any relation, an item being in one of these at most: two loads and a bit instead of a search in a table.
// On the challenge's problems, which ask of every item, the general form alone took up to a tenth more time for as many tries.
#pragma once

#include <cstdint>
#include <vector>

#include "relations.h"

namespace headroom::placement {

class GroupApart {
 public:
  GroupApart(const Problem& problem, const Relations& relations);

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

}  // namespace headroom::placement
