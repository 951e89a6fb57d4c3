// Relations whose members must occupy, or would rather occupy, a least number of places. State: the members of each in each place,
// and in how many places they are. A hard one that the start breaks never occupies fewer places than at the start.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "allowance.h"
#include "relation_table.h"

namespace headroom::placement {

class Spread {
 public:
  Spread(const Problem& problem, const std::vector<Relation>& relations);  // nobody anywhere

  bool allows(std::int32_t item, std::int32_t from, std::int32_t to) const { return allows_beside(item, from, -1, to); }
  bool allows_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    return allows_beside(item, from, other, to) && allows_beside(other, to, item, from);
  }
  bool priced() const { return priced_; }  // a change may be other than 0
  std::int64_t change(std::int32_t item, std::int32_t from, std::int32_t to) const { return change_beside(item, from, -1, to); }
  std::int64_t swap_change(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    return change_beside(item, from, other, to) + change_beside(other, to, item, from);
  }
  std::int64_t cost() const;
  void put(std::int32_t item, std::int32_t host) {
    for (std::int32_t row : table_.rows_of(item)) occupied_[row] += table_.enter(row, table_.place(row, host)) == 1;
  }
  void take(std::int32_t item, std::int32_t host) {
    for (std::int32_t row : table_.rows_of(item)) occupied_[row] -= table_.leave(row, table_.place(row, host)) == 0;
  }
  void start(std::int64_t breach_price);  // everybody is at home now; a breach that is there costs so much a member

 private:
  // In the relations of `item` that `other` is not in: for those of both a swap changes nothing.
  bool allows_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    for (std::int32_t row : table_.rows_of(item))
      if (occupied_after(row, from, to) < floor_[row] && (other < 0 || !table_.has(row, other))) return false;
    return true;
  }
  std::int64_t change_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const;
  // When a member has gone from one host to another.
  std::int32_t occupied_after(std::int32_t row, std::int32_t from, std::int32_t to) const {
    const std::int32_t left = table_.place(row, from), joined = table_.place(row, to);
    if (left == joined) return occupied_[row];
    return occupied_[row] - (table_.count(row, left) == 1) + (table_.count(row, joined) == 0);
  }
  std::int64_t cost_at(std::int32_t row, std::int32_t occupied) const {
    return price_[row] * std::max(0, table_.relation(row).least - occupied);
  }

  RelationTable table_;
  std::vector<std::int32_t> occupied_;  // of rows
  std::vector<std::int32_t> floor_;     // of rows: never fewer; 0: soft
  std::vector<std::int64_t> price_;     // of rows: of a missing place
  bool priced_ = false;
};

void check_spread(const Problem& problem, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches);
std::int64_t spread_breach(const Problem& problem, const Relation& relation, const Assignment& assignment);

}  // namespace headroom::placement
