// Groups that must occupy a least number of locations, and do at the start: what spread.h does for any relation, for the reason
// that group_apart.h gives. State: the items of each such group in each location, and in how
// many locations it is.
#pragma once

#include <cstdint>
#include <vector>

#include "relations.h"

namespace headroom::placement {

class GroupSpread {
 public:
  GroupSpread(const Problem& problem, const Relations& relations);

  bool allows(std::int32_t item, std::int32_t from, std::int32_t to) const {
    const std::int32_t row = row_[item];
    if (row < 0 || location_[from] == location_[to]) return true;
    const int leaves = count(row, from) == 1, joins = count(row, to) == 0;
    return occupied_[row] - leaves + joins >= least_[row];
  }
  bool allows_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    return (row_[item] == row_[other]) || (allows(item, from, to) && allows(other, to, from));
  }
  void put(std::int32_t item, std::int32_t host) {
    if (const std::int32_t row = row_[item]; row >= 0) occupied_[row] += count(row, host)++ == 0;
  }
  void take(std::int32_t item, std::int32_t host) {
    if (const std::int32_t row = row_[item]; row >= 0) occupied_[row] -= --count(row, host) == 0;
  }

 private:
  std::int32_t& count(std::int32_t row, std::int32_t host) {
    return items_[static_cast<std::size_t>(row) * locations_ + static_cast<std::size_t>(location_[host])];
  }
  std::int32_t count(std::int32_t row, std::int32_t host) const {
    return items_[static_cast<std::size_t>(row) * locations_ + static_cast<std::size_t>(location_[host])];
  }

  std::size_t locations_ = 0;
  std::vector<std::int32_t> location_;        // of hosts, dense
  std::vector<std::int32_t> row_;             // of items; -1: anywhere
  std::vector<std::int32_t> items_;           // rows x locations
  std::vector<std::int32_t> occupied_, least_;  // locations, of rows
};

}  // namespace headroom::placement
