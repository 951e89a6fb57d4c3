#include "capacity.h"

#include <fmt/format.h>

#include <algorithm>

#include "breach_weight.h"

namespace headroom::placement {
namespace {

void add(std::vector<std::int64_t>& use, std::int32_t host, const Problem& p, std::size_t item, bool transient_only) {
  const std::size_t lanes = p.lanes.size();
  for (std::size_t l = 0; l < lanes; ++l)
    if (!transient_only || p.lanes[l].transient) use[static_cast<std::size_t>(host) * lanes + l] += p.need[item * lanes + l];
}

}  // namespace

std::vector<std::int64_t> use_of(const Problem& p, const Assignment& assignment) {
  std::vector<std::int64_t> use(p.hosts * p.lanes.size(), 0);
  for (std::size_t i = 0; i < p.items; ++i) add(use, assignment[i], p, i, false);
  return use;
}

void check_capacity(const Problem& p, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches) {
  std::vector<std::int64_t> excused(p.capacity.size(), 0);
  if (allowance == Allowance::kOfStart) excused = use_of(p, p.home);
  std::vector<std::int64_t> held = use_of(p, assignment);
  for (std::size_t i = 0; i < p.items; ++i)
    if (assignment[i] != p.home[i]) add(held, p.home[i], p, i, true);
  const std::size_t lanes = p.lanes.size();
  for (std::size_t at = 0; at < held.size(); ++at)
    if (held[at] > p.capacity[at] && held[at] > excused[at])
      breaches.push_back(fmt::format("host {} holds {} of lane {}, above its capacity {}", at / lanes, held[at], at % lanes,
                                     p.capacity[at]));
}

std::int64_t overfull_cost(const Problem& p, const Assignment& assignment) {
  if (p.breach_price == 0) return 0;
  const std::vector<std::int64_t> use = use_of(p, assignment);
  const std::size_t lanes = p.lanes.size();
  std::int64_t cost = 0;
  for (std::size_t l = 0; l < lanes; ++l) {
    const std::int64_t weight = breach_weight(p, p.need, lanes, l);
    for (std::size_t at = l; at < use.size(); at += lanes) cost += weight * std::max<std::int64_t>(0, use[at] - p.capacity[at]);
  }
  return cost;
}

}  // namespace headroom::placement
