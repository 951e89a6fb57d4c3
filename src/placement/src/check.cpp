#include "headroom/placement/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apart.h"
#include "capacity.h"
#include "close.h"
#include "named_relations.h"
#include "near.h"
#include "risk.h"
#include "spread.h"
#include "within.h"

namespace headroom::placement {
namespace {

std::int64_t load_of(const Problem& p, const std::vector<std::int64_t>& use) {
  std::int64_t cost = 0;
  for (std::size_t i = 0; i < use.size(); ++i)
    cost += p.lanes[i % p.lanes.size()].weight * std::max<std::int64_t>(0, use[i] - p.safe[i]);
  return cost;
}

std::int64_t balance_of(const Problem& p, const std::vector<std::int64_t>& use) {
  const std::size_t lanes = p.lanes.size();
  const auto free = [&](std::size_t host, std::size_t lane) { return p.capacity[host * lanes + lane] - use[host * lanes + lane]; };
  std::int64_t cost = 0;
  for (const Balance& b : p.balances)
    for (std::size_t h = 0; h < p.hosts; ++h)
      cost += b.weight * std::max<std::int64_t>(0, b.target * free(h, b.of) - free(h, b.against));
  return cost;
}

std::int64_t breach(const Problem& p, const Relation& relation, const Assignment& assignment) {
  switch (relation.kind) {
    case Relation::Kind::kApart: return apart_breach(p, relation, assignment);
    case Relation::Kind::kClose: return close_breach(p, relation, assignment);
    case Relation::Kind::kSpread: return spread_breach(p, relation, assignment);
  }
  return 0;
}
std::int64_t use_cost(const Problem& p, const std::vector<std::int64_t>& use) {
  std::int64_t cost = 0;
  for (std::size_t i = 0; i < p.use_price.size(); ++i) cost += p.use_price[i] * use[i];
  return cost;
}

std::int64_t open_cost(const Problem& p, const Assignment& assignment) {
  const std::set<std::int32_t> open(assignment.begin(), assignment.end());
  std::int64_t cost = 0;
  for (std::int32_t host : open)
    if (!p.open_price.empty()) cost += p.open_price[static_cast<std::size_t>(host)];
  return cost;
}


// Soft ones into `relations`, hard ones, by the price of breaches, into `breaches`.
void add_relations(const Problem& p, const Assignment& assignment, Cost& cost) {
  const auto add = [&](const std::string&, const Relation& relation) {
    const std::int64_t price = relation.price == 0 ? p.breach_price : relation.price;
    if (price != 0) (relation.price == 0 ? cost.breaches : cost.relations) += price * breach(p, relation, assignment);
  };
  for (Relation::Kind kind : {Relation::Kind::kApart, Relation::Kind::kClose, Relation::Kind::kSpread}) for_each_relation(p, kind, add);
}

std::vector<std::string> judge(const Problem& p, const Assignment& assignment, Allowance allowance) {
  std::vector<std::string> breaches;
  if (assignment.size() != p.items) return {fmt::format("{} items are assigned, not {}", assignment.size(), p.items)};
  for (std::size_t i = 0; i < p.items; ++i)
    if (assignment[i] < 0 || static_cast<std::size_t>(assignment[i]) >= p.hosts)
      return {fmt::format("item {} is on host {}, which does not exist", i, assignment[i])};
  check_capacity(p, assignment, allowance, breaches);
  check_within(p, assignment, allowance, breaches);
  check_apart(p, assignment, allowance, breaches);
  check_spread(p, assignment, allowance, breaches);
  check_close(p, assignment, allowance, breaches);
  check_near(p, assignment, allowance, breaches);
  check_risk(p, assignment, allowance, breaches);
  return breaches;
}

}  // namespace

std::vector<std::string> check(const Problem& p, const Assignment& assignment) { return judge(p, assignment, Allowance::kNone); }

std::vector<std::string> new_breaches(const Problem& p, const Assignment& assignment) {
  return judge(p, assignment, Allowance::kOfStart);
}

Cost cost_of(const Problem& p, const Assignment& assignment) {
  const std::vector<std::int64_t> use = use_of(p, assignment);
  Cost cost;
  cost.load = load_of(p, use);
  cost.balance = balance_of(p, use);
  cost.outside = outside_cost(p, assignment);
  cost.risk = risk_cost(p, assignment);
  cost.breaches = overfull_cost(p, assignment) + outside_breach_cost(p, assignment) + risk_breach_cost(p, assignment);
  add_relations(p, assignment, cost);
  cost.use = use_cost(p, use);
  cost.open = open_cost(p, assignment);
  std::vector<std::int64_t> away(p.groups.size(), 0);
  for (std::size_t i = 0; i < p.items; ++i) {
    const auto from = static_cast<std::size_t>(p.home[i]), to = static_cast<std::size_t>(assignment[i]);
    if (!p.distance.empty()) cost.distance += p.distance_weight * p.distance[from * p.hosts + to];
    if (from == to) continue;
    cost.away += p.away_price[i];
    if (p.group[i] != kNoGroup) ++away[static_cast<std::size_t>(p.group[i])];
  }
  if (!away.empty()) cost.group_away = p.group_away_weight * *std::max_element(away.begin(), away.end());
  return cost;
}

}  // namespace headroom::placement
