// Relations whose members must be, or would rather be, in one place. State: the members of each in each place; how many places have
// each such number, so that the highest is known at once; and how many hard ones are broken just now.
//
// A member alone cannot leave a hard one, so the search also moves all members at once (group_moves.inl): it asks allows() of
// nobody then and holds() in the end. A hard one that the start breaks never has more members outside of its fullest place than
// at the start.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "allowance.h"
#include "relation_table.h"

namespace headroom::placement {

class Close {
 public:
  Close(const Problem& problem, const std::vector<Relation>& relations);  // nobody anywhere

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
  void put(std::int32_t item, std::int32_t host);
  void take(std::int32_t item, std::int32_t host);
  void start(std::int64_t breach_price);  // everybody is at home now; a breach that is there costs so much a member

  bool holds() const { return broken_ == 0; }  // every hard one, as far as the start does

  // What moves of whole groups need.
  std::int32_t size() const { return static_cast<std::int32_t>(table_.size()); }
  std::span<const std::int32_t> members(std::int32_t row) const { return table_.relation(row).members; }
  Relation::Scope scope(std::int32_t row) const { return table_.relation(row).scope; }
  bool whole(std::int32_t row) const { return limit_[row] == 0; }  // and stays so: hard, and not broken at the start
  bool hard(std::int32_t row) const { return table_.relation(row).price == 0; }
  bool has(std::int32_t row, std::int32_t item) const { return table_.has(row, item); }
  std::span<const std::int32_t> rows_of(std::int32_t item) const { return table_.rows_of(item); }
  std::int32_t place(std::int32_t row, std::int32_t host) const { return table_.place(row, host); }
  // The hosts of the place that a host is in.
  std::span<const std::int32_t> hosts_beside(std::int32_t row, std::int32_t host) const {
    const Hosts& hosts = hosts_[static_cast<std::size_t>(scope(row))];
    const auto at = static_cast<std::size_t>(place(row, host));
    return std::span(hosts.all).subspan(hosts.first[at], hosts.first[at + 1] - hosts.first[at]);
  }

 private:
  struct Hosts {
    std::vector<std::int32_t> all;   // place by place
    std::vector<std::size_t> first;  // of each place, and the end
  };

  // In the relations of `item` that `other` is not in: for those of both a swap changes nothing.
  bool allows_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    for (std::int32_t row : table_.rows_of(item))
      if (present_[row] - most_after(row, from, to) > limit_[row] && (other < 0 || !table_.has(row, other))) return false;
    return true;
  }
  std::int64_t change_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const;
  // The most in one place when a member has gone from one host to another.
  std::int32_t most_after(std::int32_t row, std::int32_t from, std::int32_t to) const {
    const std::int32_t left = table_.place(row, from), joined = table_.place(row, to), most = most_[row];
    if (left == joined) return most;
    const bool falls = table_.count(row, left) == most && places_with_[first_[row] + static_cast<std::size_t>(most)] == 1;
    return std::max(most - falls, table_.count(row, joined) + 1);
  }
  bool broken(std::int32_t row) const { return present_[row] - most_[row] > limit_[row]; }

  RelationTable table_;
  Hosts hosts_[3];                         // of scopes
  std::vector<std::int32_t> present_, most_;  // of rows: members put somewhere; the most in one place
  std::vector<std::int32_t> places_with_;  // row by row: number of members -> places that have as many
  std::vector<std::size_t> first_;         // of each row's
  std::vector<std::int32_t> limit_;        // of rows: breach at most
  std::vector<std::int64_t> price_;        // of rows: of a member's breach
  std::int32_t broken_ = 0;                // rows above their limit
  bool priced_ = false;
};

void check_close(const Problem& problem, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches);
std::int64_t close_breach(const Problem& problem, const Relation& relation, const Assignment& assignment);

}  // namespace headroom::placement
