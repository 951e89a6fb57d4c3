// Relations whose members must be, or would rather be, in different places. State: the members of each in each place, and, of
// those that the start breaks, how many of them are not at home there.
//
// A hard one that holds at the start stays so. Where the start breaks it, members that share their home place may go on doing so,
// or do so again, as long as nobody else is there: no two ever share a place who did not at the start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "allowance.h"
#include "relation_table.h"

namespace headroom::placement {

class Apart {
 public:
  Apart(const Problem& problem, const std::vector<Relation>& relations);  // nobody anywhere

  bool allows(std::int32_t item, std::int32_t from, std::int32_t to) const {
    for (std::int32_t row : table_.rows_of(item))
      if (hard_[row] != 0 && !may_enter(row, item, from, to, -1)) return false;
    return true;
  }
  // `item` goes to `to`, and `other` from there to `from`.
  bool allows_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    return allows_beside(item, from, other, to) && allows_beside(other, to, item, from);
  }
  bool priced() const { return priced_; }  // a change may be other than 0
  std::int64_t change(std::int32_t item, std::int32_t from, std::int32_t to) const { return change_beside(item, from, -1, to); }
  std::int64_t swap_change(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    return change_beside(item, from, other, to) + change_beside(other, to, item, from);
  }
  std::int64_t cost() const;
  void put(std::int32_t item, std::int32_t host);
  void take(std::int32_t item, std::int32_t host);
  void start(std::int64_t breach_price);  // everybody is at home now; a breach that is there costs so much a member
  // An item has left a place that others may not enter yet, until it is called off: a move takes time. Costs do not change.
  void linger(std::int32_t item, std::int32_t host);
  void call_off(std::int32_t item, std::int32_t host);

 private:
  bool allows_beside(std::int32_t item, std::int32_t from, std::int32_t leaving, std::int32_t to) const {
    for (std::int32_t row : table_.rows_of(item))
      if (hard_[row] != 0 && !may_enter(row, item, from, to, table_.has(row, leaving) ? leaving : -1)) return false;
    return true;
  }
  // `leaving`: a member that goes away from there at the same time, or -1.
  bool may_enter(std::int32_t row, std::int32_t item, std::int32_t from, std::int32_t to, std::int32_t leaving) const {
    const std::int32_t place = table_.place(row, to);
    const std::int32_t others = table_.count(row, place) + (lingers_ ? lingering_.count(row, place) : 0) - (leaving >= 0);
    if (others <= 0 || place == table_.place(row, from)) return true;
    if (broken_.empty() || broken_[row] == 0 || !at_home(row, item, place)) return false;
    return strangers_.count(row, place) - (leaving >= 0 && !at_home(row, leaving, place)) == 0;
  }
  bool at_home(std::int32_t row, std::int32_t item, std::int32_t place) const { return table_.place(row, home_[item]) == place; }
  // What changes for the relations of `item` that `other` is not in: for those of both a swap changes nothing.
  std::int64_t change_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const;

  RelationTable table_, strangers_, lingering_;
  bool lingers_ = false;
  std::vector<std::int32_t> home_;
  std::vector<std::uint8_t> hard_;    // of rows
  std::vector<std::uint8_t> broken_;  // of rows, hard ones at the start; empty before start(), or when none is
  std::vector<std::int64_t> price_;   // of rows: of a member's breach
  std::vector<std::int32_t> breach_;  // of rows
  bool priced_ = false;
};

void check_apart(const Problem& problem, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches);
std::int64_t apart_breach(const Problem& problem, const Relation& relation, const Assignment& assignment);

}  // namespace headroom::placement
