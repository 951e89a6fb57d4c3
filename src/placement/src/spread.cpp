#include "spread.h"

#include <fmt/format.h>

#include <set>

#include "named_relations.h"

namespace headroom::placement {

Spread::Spread(const Problem& p, const std::vector<Relation>& all)
    : table_(p, all, Relation::Kind::kSpread), occupied_(table_.size(), 0), floor_(table_.size(), 0), price_(table_.size(), 0) {}

void Spread::start(std::int64_t breach_price) {
  for (std::size_t r = 0; r < table_.size(); ++r) {
    const Relation& relation = table_.relation(static_cast<std::int32_t>(r));
    price_[r] = relation.price;
    if (relation.price == 0) {
      floor_[r] = std::min(relation.least, occupied_[r]);
      if (occupied_[r] < relation.least) price_[r] = breach_price;
    }
    priced_ = priced_ || price_[r] != 0;
  }
}

std::int64_t Spread::change_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
  std::int64_t change = 0;
  for (std::int32_t row : table_.rows_of(item))
    if (price_[row] != 0 && (other < 0 || !table_.has(row, other)))
      change += cost_at(row, occupied_after(row, from, to)) - cost_at(row, occupied_[row]);
  return change;
}

std::int64_t Spread::cost() const {
  std::int64_t cost = 0;
  for (std::size_t row = 0; row < occupied_.size(); ++row) cost += cost_at(static_cast<std::int32_t>(row), occupied_[row]);
  return cost;
}

void check_spread(const Problem& p, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches) {
  for_each_relation(p, Relation::Kind::kSpread, [&](const std::string& name, const Relation& relation) {
    const std::int64_t missing = spread_breach(p, relation, assignment);
    const std::int64_t excused = allowance == Allowance::kOfStart ? spread_breach(p, relation, p.home) : 0;
    if (relation.price != 0 || missing <= excused) return;
    breaches.push_back(fmt::format("{} is in {} {}s; it needs {}", name, relation.least - missing, word(relation.scope), relation.least));
  });
}

std::int64_t spread_breach(const Problem& p, const Relation& relation, const Assignment& assignment) {
  std::set<std::int64_t> places;
  for (std::int32_t item : relation.members) places.insert(place_of(p, relation.scope, assignment[static_cast<std::size_t>(item)]));
  return std::max<std::int64_t>(0, relation.least - static_cast<std::int64_t>(places.size()));
}

}  // namespace headroom::placement
