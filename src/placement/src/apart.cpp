#include "apart.h"

#include <fmt/format.h>

#include <map>

#include "named_relations.h"

namespace headroom::placement {

Apart::Apart(const Problem& p, const std::vector<Relation>& all)
    : table_(p, all, Relation::Kind::kApart), strangers_(table_), lingering_(table_), home_(p.home), breach_(table_.size(), 0) {
  for (std::size_t row = 0; row < table_.size(); ++row) {
    const std::int64_t price = table_.relation(static_cast<std::int32_t>(row)).price;
    hard_.push_back(price == 0);
    price_.push_back(price);
    priced_ = priced_ || price != 0;
  }
}

void Apart::put(std::int32_t item, std::int32_t host) {
  for (std::int32_t row : table_.rows_of(item)) {
    const std::int32_t place = table_.place(row, host);
    breach_[row] += table_.enter(row, place) > 1;
    if (!broken_.empty() && broken_[row] != 0 && !at_home(row, item, place)) strangers_.enter(row, place);
  }
}

void Apart::take(std::int32_t item, std::int32_t host) {
  for (std::int32_t row : table_.rows_of(item)) {
    const std::int32_t place = table_.place(row, host);
    breach_[row] -= table_.leave(row, place) > 0;
    if (!broken_.empty() && broken_[row] != 0 && !at_home(row, item, place)) strangers_.leave(row, place);
  }
}

void Apart::linger(std::int32_t item, std::int32_t host) {
  for (std::int32_t row : table_.rows_of(item)) lingering_.enter(row, table_.place(row, host));
  lingers_ = true;
}

void Apart::call_off(std::int32_t item, std::int32_t host) {
  for (std::int32_t row : table_.rows_of(item)) lingering_.leave(row, table_.place(row, host));
}

void Apart::start(std::int64_t breach_price) {
  for (std::size_t row = 0; row < table_.size(); ++row) {
    if (hard_[row] == 0 || breach_[row] == 0) continue;
    broken_.resize(table_.size(), 0);
    broken_[row] = 1;
    price_[row] = breach_price;
    priced_ = true;
  }
}

std::int64_t Apart::change_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
  std::int64_t change = 0;
  for (std::int32_t row : table_.rows_of(item)) {
    if (price_[row] == 0) continue;
    const std::int32_t left = table_.place(row, from), joined = table_.place(row, to);
    if (left == joined || (other >= 0 && table_.has(row, other))) continue;
    change += price_[row] * ((table_.count(row, joined) > 0) - (table_.count(row, left) > 1));
  }
  return change;
}

std::int64_t Apart::cost() const {
  std::int64_t cost = 0;
  for (std::size_t row = 0; row < breach_.size(); ++row) cost += price_[row] * breach_[row];
  return cost;
}

void check_apart(const Problem& p, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches) {
  for_each_relation(p, Relation::Kind::kApart, [&](const std::string& name, const Relation& relation) {
    if (relation.price != 0) return;
    std::map<std::int64_t, std::vector<std::int32_t>> in;  // place -> members
    for (std::int32_t item : relation.members) in[place_of(p, relation.scope, assignment[static_cast<std::size_t>(item)])].push_back(item);
    for (const auto& [place, members] : in) {
      if (members.size() < 2) continue;
      for (std::size_t m = 0; m < members.size(); ++m) {
        const bool was = place_of(p, relation.scope, p.home[static_cast<std::size_t>(members[m])]) == place;
        if (allowance == Allowance::kOfStart ? was : m == 0) continue;
        breaches.push_back(fmt::format("{} wants its items apart; item {} shares {} {}", name, members[m], word(relation.scope), place));
      }
    }
  });
}

std::int64_t apart_breach(const Problem& p, const Relation& relation, const Assignment& assignment) {
  std::map<std::int64_t, std::int64_t> in;
  std::int64_t breach = 0;
  for (std::int32_t item : relation.members)
    breach += in[place_of(p, relation.scope, assignment[static_cast<std::size_t>(item)])]++ > 0;
  return breach;
}

}  // namespace headroom::placement
