// Hosts that an item may be on, and hosts it would rather be on. Nothing here changes while a search goes on: the Layout has it.
//
// An item that is outside of its set at home may stay there or come back, at the price of a breach, and go nowhere else outside.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "allowance.h"
#include "headroom/placement/problem.h"

namespace headroom::placement {

class Within {
 public:
  explicit Within(const Problem& problem);

  bool binds(std::int32_t item) const { return !set_.empty() && set_[item] != kAnywhere; }
  bool allows(std::int32_t item, std::int32_t to) const { return !binds(item) || has(set_[item], to) || to == home_[item]; }
  // The hosts of an item's set where they are so few that drawing from all hosts would hardly ever meet one; else none.
  std::span<const std::int32_t> few(std::int32_t item) const {
    if (!binds(item)) return {};
    const auto set = static_cast<std::size_t>(set_[item]);
    return std::span(few_).subspan(few_first_[set], few_first_[set + 1] - few_first_[set]);
  }
  bool priced() const { return !first_.empty(); }  // price() is not always 0
  std::int64_t price(std::int32_t item, std::int32_t host) const {
    std::int64_t sum = binds(item) && !has(set_[item], host) ? breach_price_ : 0;
    for (std::size_t at = first_[item]; at < first_[item + 1]; ++at)
      if (!has(wishes_[at].set, host)) sum += wishes_[at].price;
    return sum;
  }

 private:
  bool has(std::int32_t set, std::int32_t host) const {
    return (bits_[static_cast<std::size_t>(set) * words_ + static_cast<std::size_t>(host) / 64] >> (host % 64) & 1) != 0;
  }

  std::size_t words_ = 0;
  std::int64_t breach_price_ = 0;
  std::vector<std::uint64_t> bits_;  // sets x hosts
  std::vector<std::int32_t> few_;    // hosts, set by set
  std::vector<std::size_t> few_first_;  // of each set's, and the end
  std::vector<std::int32_t> set_;    // of items; empty: all anywhere
  std::vector<std::int32_t> home_;
  std::vector<Wish> wishes_;         // by item
  std::vector<std::size_t> first_;   // of each item's wishes, and the end; empty: nothing has a price
};

void check_within(const Problem& problem, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches);
std::int64_t outside_cost(const Problem& problem, const Assignment& assignment);        // wishes
std::int64_t outside_breach_cost(const Problem& problem, const Assignment& assignment); // sets

}  // namespace headroom::placement
