#include "headroom/placement/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "apart.h"
#include "capacity.h"
#include "close.h"
#include "spread.h"

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

}  // namespace

std::vector<std::string> check(const Problem& p, const Assignment& assignment) {
  std::vector<std::string> breaches;
  if (assignment.size() != p.items) return {fmt::format("{} items are assigned, not {}", assignment.size(), p.items)};
  for (std::size_t i = 0; i < p.items; ++i)
    if (assignment[i] < 0 || static_cast<std::size_t>(assignment[i]) >= p.hosts)
      return {fmt::format("item {} is on host {}, which does not exist", i, assignment[i])};
  check_capacity(p, assignment, breaches);
  check_apart(p, assignment, breaches);
  check_spread(p, assignment, breaches);
  check_close(p, assignment, breaches);
  return breaches;
}

Cost cost_of(const Problem& p, const Assignment& assignment) {
  const std::vector<std::int64_t> use = use_of(p, assignment);
  Cost cost;
  cost.load = load_of(p, use);
  cost.balance = balance_of(p, use);
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
