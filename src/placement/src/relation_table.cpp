#include "relation_table.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "group_rows.h"

namespace headroom::placement {
namespace {

// Whether there is a placement that breaks it.
bool says_something(const Relation& relation, std::size_t places) {
  if (relation.kind == Relation::Kind::kSpread) return relation.least > 1 && !relation.members.empty();
  return relation.members.size() > 1 && (places > 1 || relation.kind == Relation::Kind::kApart);
}

}  // namespace

RelationTable::RelationTable(const Problem& p, const std::vector<Relation>& all, Relation::Kind kind) : first_(p.items + 1, 0) {
  std::vector<std::int32_t> hosts(p.hosts);
  std::iota(hosts.begin(), hosts.end(), 0);
  DensePlaces locations(p.location), neighbourhoods(p.neighbourhood);
  const std::size_t counts[] = {p.hosts, locations.count, neighbourhoods.count};
  places_[0] = std::move(hosts);
  places_[1] = std::move(locations.of_hosts);
  places_[2] = std::move(neighbourhoods.of_hosts);
  for (const Relation& relation : all) {
    const std::size_t places = counts[static_cast<std::size_t>(relation.scope)];
    if (relation.kind != kind || !says_something(relation, places)) continue;
    relations_.push_back(relation);
    add_table(relation, places);
    for (std::int32_t item : relation.members) ++first_[static_cast<std::size_t>(item) + 1];
  }
  for (std::size_t i = 0; i < p.items; ++i) first_[i + 1] += first_[i];
  rows_of_items_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t r = 0; r < relations_.size(); ++r)
    for (std::int32_t item : relations_[r].members) rows_of_items_[next[static_cast<std::size_t>(item)]++] = static_cast<std::int32_t>(r);
}

void RelationTable::add_table(const Relation& relation, std::size_t places) {
  const std::size_t hashed = std::bit_ceil(2 * relation.members.size()), indexed = std::bit_ceil(std::max<std::size_t>(2, places));
  const std::size_t slots = std::min(hashed, indexed);
  Table table;
  table.first = slots_.size();
  table.mask = static_cast<std::uint32_t>(slots - 1);
  table.scope = static_cast<std::uint8_t>(relation.scope);
  table.shift = static_cast<std::uint8_t>(32 - std::countr_zero(slots));
  // Indexed: place * 2^shift >> shift. Hashed: the top bits of the product with 2^32 over the golden ratio.
  table.multiplier = slots == indexed ? 1U << table.shift : 0x9e3779b9U;
  tables_.push_back(table);
  slots_.resize(slots_.size() + slots);
}

// Linear probing: whoever stands behind the gap and would rather stand in it moves up.
void RelationTable::close_gap(const Table& table, std::uint32_t gap) {
  Slot* slots = slots_.data() + table.first;
  for (std::uint32_t next = (gap + 1) & table.mask; slots[next].count != 0; next = (next + 1) & table.mask) {
    const std::uint32_t passed = (next - table.wanted(slots[next].place)) & table.mask, back = (next - gap) & table.mask;
    if (passed < back) continue;
    slots[gap] = slots[next];
    slots[next].count = 0;
    gap = next;
  }
}

}  // namespace headroom::placement
