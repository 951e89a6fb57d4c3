#include "close.h"

#include <fmt/format.h>

#include <limits>
#include <map>

#include "group_rows.h"
#include "named_relations.h"

namespace headroom::placement {

Close::Close(const Problem& p, const std::vector<Relation>& all)
    : table_(p, all, Relation::Kind::kClose), present_(table_.size(), 0), most_(table_.size(), 0),
      limit_(table_.size(), std::numeric_limits<std::int32_t>::max()), price_(table_.size(), 0) {
  for (std::int32_t row = 0; row < size(); ++row) {
    first_.push_back(places_with_.size());
    places_with_.resize(places_with_.size() + members(row).size() + 1, 0);
  }
  if (table_.size() == 0) return;
  std::vector<std::int32_t> hosts(p.hosts);
  for (std::size_t h = 0; h < p.hosts; ++h) hosts[h] = static_cast<std::int32_t>(h);
  const std::vector<std::int32_t>* places_of_scopes[] = {&hosts, &p.location, &p.neighbourhood};
  for (std::size_t s = 0; s < 3; ++s) {
    const DensePlaces places(*places_of_scopes[s]);
    Hosts& out = hosts_[s];
    out.first.assign(places.count + 1, 0);
    for (std::int32_t place : places.of_hosts) ++out.first[static_cast<std::size_t>(place) + 1];
    for (std::size_t at = 0; at < places.count; ++at) out.first[at + 1] += out.first[at];
    out.all.resize(p.hosts);
    std::vector<std::size_t> next(out.first.begin(), out.first.end() - 1);
    for (std::size_t h = 0; h < p.hosts; ++h) out.all[next[static_cast<std::size_t>(places.of_hosts[h])]++] = static_cast<std::int32_t>(h);
  }
}

void Close::put(std::int32_t item, std::int32_t host) {
  for (std::int32_t row : table_.rows_of(item)) {
    broken_ -= broken(row);
    const std::int32_t now = table_.enter(row, table_.place(row, host));
    std::int32_t* places = places_with_.data() + first_[static_cast<std::size_t>(row)];
    --places[now - 1];  // [0] counts nothing
    ++places[now];
    most_[row] = std::max(most_[row], now);
    ++present_[row];
    broken_ += broken(row);
  }
}

void Close::take(std::int32_t item, std::int32_t host) {
  for (std::int32_t row : table_.rows_of(item)) {
    broken_ -= broken(row);
    const std::int32_t now = table_.leave(row, table_.place(row, host));
    std::int32_t* places = places_with_.data() + first_[static_cast<std::size_t>(row)];
    ++places[now];
    --places[now + 1];
    if (now + 1 == most_[row] && places[now + 1] == 0) --most_[row];
    --present_[row];
    broken_ += broken(row);
  }
}

void Close::start(std::int64_t breach_price) {
  for (std::int32_t row = 0; row < size(); ++row) {
    const std::int32_t breach = present_[row] - most_[row];
    price_[row] = table_.relation(row).price;
    if (hard(row)) {
      limit_[row] = breach;
      if (breach > 0) price_[row] = breach_price;
    }
    priced_ = priced_ || price_[row] != 0;
  }
}

std::int64_t Close::change_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
  std::int64_t change = 0;
  for (std::int32_t row : table_.rows_of(item))
    if (price_[row] != 0 && (other < 0 || !table_.has(row, other))) change += price_[row] * (most_[row] - most_after(row, from, to));
  return change;
}

std::int64_t Close::cost() const {
  std::int64_t cost = 0;
  for (std::size_t row = 0; row < price_.size(); ++row) cost += price_[row] * (present_[row] - most_[row]);
  return cost;
}

void check_close(const Problem& p, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches) {
  for_each_relation(p, Relation::Kind::kClose, [&](const std::string& name, const Relation& relation) {
    const std::int64_t away = close_breach(p, relation, assignment);
    const std::int64_t excused = allowance == Allowance::kOfStart ? close_breach(p, relation, p.home) : 0;
    if (relation.price != 0 || away <= excused) return;
    breaches.push_back(fmt::format("{} wants its items in one {}; {} of {} are elsewhere", name, word(relation.scope), away,
                                   relation.members.size()));
  });
}

std::int64_t close_breach(const Problem& p, const Relation& relation, const Assignment& assignment) {
  std::map<std::int64_t, std::int64_t> in;
  std::int64_t most = 0;
  for (std::int32_t item : relation.members)
    most = std::max(most, ++in[place_of(p, relation.scope, assignment[static_cast<std::size_t>(item)])]);
  return static_cast<std::int64_t>(relation.members.size()) - most;
}

}  // namespace headroom::placement
