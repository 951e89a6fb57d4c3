// The relations of one kind, numbered densely from 0, and how many members of each are in each place. A relation's row is a small
// table of its own: indexed by place where that is no larger, else hashed with room for twice its members, so that memory goes
// with members and not with relations times hosts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

class RelationTable {
 public:
  // Those of `kind` that some placement could break.
  RelationTable(const Problem& problem, const std::vector<Relation>& all, Relation::Kind kind);

  std::size_t size() const { return relations_.size(); }
  const Relation& relation(std::int32_t row) const { return relations_[static_cast<std::size_t>(row)]; }
  std::span<const std::int32_t> rows_of(std::int32_t item) const {
    return std::span(rows_of_items_).subspan(first_[item], first_[item + 1] - first_[item]);
  }
  bool has(std::int32_t row, std::int32_t item) const {
    for (std::int32_t one : rows_of(item))
      if (one == row) return true;
    return false;
  }
  // Of a host, in the scope of a relation; from 0 without gaps.
  std::int32_t place(std::int32_t row, std::int32_t host) const { return places_[tables_[row].scope][host]; }
  std::int32_t count(std::int32_t row, std::int32_t place) const { return slots_[find(row, place)].count; }
  // One more or less there; return how many there are now.
  std::int32_t enter(std::int32_t row, std::int32_t place) {
    Slot& slot = slots_[find(row, place)];
    slot.place = place;
    return ++slot.count;
  }
  std::int32_t leave(std::int32_t row, std::int32_t place) {
    const std::size_t at = find(row, place);
    if (--slots_[at].count > 0) return slots_[at].count;
    close_gap(tables_[row], static_cast<std::uint32_t>(at - tables_[row].first));
    return 0;
  }

 private:
  struct Slot {
    std::int32_t place = 0, count = 0;  // count 0: free
  };
  struct Table {
    std::size_t first = 0;  // slot
    std::uint32_t multiplier = 1, mask = 0;
    std::uint8_t shift = 0, scope = 0;

    std::uint32_t wanted(std::int32_t place) const { return static_cast<std::uint32_t>(place) * multiplier >> shift; }
  };

  // Where a place is, or the free slot where it would be.
  std::size_t find(std::int32_t row, std::int32_t place) const {
    const Table& table = tables_[row];
    std::uint32_t at = table.wanted(place);
    while (slots_[table.first + at].count != 0 && slots_[table.first + at].place != place) at = (at + 1) & table.mask;
    return table.first + at;
  }
  void close_gap(const Table& table, std::uint32_t gap);
  void add_table(const Relation& relation, std::size_t places);

  std::vector<Relation> relations_;
  std::vector<Table> tables_;
  std::vector<Slot> slots_;
  std::vector<std::int32_t> places_[3];       // scope -> of hosts
  std::vector<std::size_t> first_;            // of each item's rows, and the end
  std::vector<std::int32_t> rows_of_items_;
};

}  // namespace headroom::placement
