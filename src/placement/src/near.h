// Groups that must have certain other groups beside them: wherever a member is, each group it needs has one in the same
// neighbourhood. State: the items of each such group in each neighbourhood.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "allowance.h"
#include "headroom/placement/problem.h"

namespace headroom::placement {

class Near {
 public:
  explicit Near(const Problem& problem);

  bool allows(std::int32_t item, std::int32_t from, std::int32_t to) const {
    return row_[item] < 0 || hood_[from] == hood_[to] || holds_after(row_[item], -1, hood_[from], hood_[to]);
  }
  bool allows_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    const std::int32_t a = row_[item], b = row_[other];
    return a == b || hood_[from] == hood_[to] || holds_after(a, b, hood_[from], hood_[to]);
  }
  void put(std::int32_t item, std::int32_t host) {
    if (row_[item] >= 0) ++items_[at(row_[item], hood_[host])];
  }
  void take(std::int32_t item, std::int32_t host) {
    if (row_[item] >= 0) --items_[at(row_[item], hood_[host])];
  }

 private:
  // After an item of row `a` has gone from one neighbourhood to another, and one of row `b` the other way; -1: none.
  bool holds_after(std::int32_t a, std::int32_t b, std::int32_t from, std::int32_t to) const;
  std::size_t at(std::int32_t row, std::int32_t hood) const {
    return static_cast<std::size_t>(row) * hoods_ + static_cast<std::size_t>(hood);
  }
  std::span<const std::int32_t> needs(std::int32_t row) const { return list(needs_, needs_start_, row); }
  std::span<const std::int32_t> needed_by(std::int32_t row) const { return list(needed_by_, needed_by_start_, row); }
  static std::span<const std::int32_t> list(const std::vector<std::int32_t>& all, const std::vector<std::size_t>& start,
                                            std::int32_t row) {
    const auto r = static_cast<std::size_t>(row);
    return std::span(all).subspan(start[r], start[r + 1] - start[r]);
  }

  std::size_t hoods_ = 0;
  std::vector<std::int32_t> hood_;   // of hosts, dense
  std::vector<std::int32_t> row_;    // of items; -1: nothing to do with any other
  std::vector<std::int32_t> items_;  // rows x neighbourhoods
  std::vector<std::int32_t> needs_, needed_by_;                // rows, list after list
  std::vector<std::size_t> needs_start_, needed_by_start_;     // of each row's list, and the end
};

void check_near(const Problem& problem, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches);

}  // namespace headroom::placement
