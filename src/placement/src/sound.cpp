#include "sound.h"

#include <cmath>

#include "breach_weight.h"

namespace headroom::placement {
namespace {

Result<void> sets_are_sound(const Problem& p) {
  const std::size_t words = (p.hosts + 63) / 64;
  for (std::size_t s = 0; s < p.host_sets.size(); ++s) {
    const HostSet& set = p.host_sets[s];
    if (set.size() != words)
      return invalid(fmt::format("host set {} has {} words where {} are needed", s, set.size(), words));
    if (p.hosts % 64 != 0 && set.back() >> (p.hosts % 64) != 0)
      return invalid(fmt::format("host set {} has a host that does not exist", s));
    if (std::all_of(set.begin(), set.end(), [](std::uint64_t word) { return word == 0; }))
      return invalid(fmt::format("host set {} has no host", s));
  }
  return {};
}

Result<void> wishes_are_sound(const Problem& p) {
  for (std::size_t w = 0; w < p.wishes.size(); ++w) {
    const Wish& wish = p.wishes[w];
    if (wish.item < 0 || static_cast<std::size_t>(wish.item) >= p.items)
      return invalid(fmt::format("wish {} is of item {}, which does not exist", w, wish.item));
    if (wish.set < 0 || static_cast<std::size_t>(wish.set) >= p.host_sets.size())
      return invalid(fmt::format("wish {} names host set {}, which does not exist", w, wish.set));
    if (wish.price < 0 || wish.price > kMostPrice)
      return invalid(fmt::format("the price {} of wish {} must be 0 to {}", wish.price, w, kMostPrice));
  }
  return {};
}

Result<void> relations_are_sound(const Problem& p) {
  std::vector<std::size_t> seen(p.items, p.relations.size());  // the last relation an item was met in
  for (std::size_t r = 0; r < p.relations.size(); ++r) {
    const Relation& relation = p.relations[r];
    if (relation.price < 0 || relation.price > kMostPrice)
      return invalid(fmt::format("the price {} of relation {} must be 0 to {}", relation.price, r, kMostPrice));
    if (relation.least < 0) return invalid(fmt::format("relation {} wants a negative number of places", r));
    for (std::int32_t item : relation.members) {
      if (item < 0 || static_cast<std::size_t>(item) >= p.items)
        return invalid(fmt::format("relation {} has item {}, which does not exist", r, item));
      if (seen[static_cast<std::size_t>(item)] == r) return invalid(fmt::format("relation {} has item {} twice", r, item));
      seen[static_cast<std::size_t>(item)] = r;
    }
  }
  return {};
}

// The 128 bits of risk.h hold (2^50)^2 * z^2 * 2^kRiskShift, and 64 bits any sum.
Result<void> risks_are_sound(const Problem& p) {
  constexpr double kMostSum = 1LL << 50, kMostVariances = 1LL << 62;
  const std::size_t risks = p.risks.size();
  for (std::size_t k = 0; k < risks; ++k) {
    const Risk& risk = p.risks[k];
    if (risk.own < 0 || risk.shared < 0 || risk.own > kMostRiskFactor || risk.shared > kMostRiskFactor)
      return invalid(fmt::format("the factors {} and {} of risk {} must be 0 to {}", risk.own, risk.shared, k, kMostRiskFactor));
    if (risk.weight < 0 || risk.weight > kMostWeight)
      return invalid(fmt::format("the weight {} of risk {} must be 0 to {}", risk.weight, k, kMostWeight));
    double mean = 0, variance = 0, deviation = 0;
    for (std::size_t i = k; i < p.risk_mean.size(); i += risks) {
      mean += static_cast<double>(p.risk_mean[i]);
      variance += static_cast<double>(p.risk_variance[i]);
      deviation += static_cast<double>(p.risk_deviation[i]);
    }
    if (mean > kMostSum || deviation > kMostSum || variance > kMostVariances)
      return invalid(fmt::format("risk {} of all items together comes to {:.3g}, {:.3g} and {:.3g}, above {:.3g}, {:.3g} and {:.3g}; "
                                 "count in larger units", k, mean, variance, deviation, kMostSum, kMostVariances, kMostSum));
  }
  return {};
}

// An overfull start is kept in 32 bits too, and needs a lane more for each resource that is over its capacity somewhere.
Result<void> start_is_counted(const Problem& p) {
  if (p.breach_price == 0) return {};
  const std::size_t lanes = p.lanes.size();
  std::vector<std::int64_t> use(p.hosts * lanes, 0);
  for (std::size_t at = 0; at < p.need.size(); ++at) use[static_cast<std::size_t>(p.home[at / lanes]) * lanes + at % lanes] += p.need[at];
  std::vector<bool> overfull(lanes, false);
  for (std::size_t at = 0; at < use.size(); ++at) {
    if (use[at] > kMostHeld)
      return invalid(fmt::format("host {} holds {} of lane {} at the start, above {}; count in larger units", at / lanes, use[at],
                                 at % lanes, kMostHeld));
    if (use[at] > p.capacity[at]) overfull[at % lanes] = true;
  }
  for (const Balance& b : p.balances)
    for (std::size_t h = 0; h < p.hosts; ++h)
      if (b.target * use[h * lanes + b.of] + use[h * lanes + b.against] > kMostCount)
        return invalid(fmt::format("the balance of lanes {} and {} on host {} is above {} at the start; count in larger units", b.of,
                                   b.against, h, kMostCount));
  const auto more = static_cast<std::size_t>(std::count(overfull.begin(), overfull.end(), true));
  if (lanes + p.balances.size() + more > kMostLanes)
    return invalid(fmt::format("{} resources, {} balances and {} resources that are overfull at the start are more than {} together",
                               lanes, p.balances.size(), more, kMostLanes));
  return {};
}

}  // namespace

Result<void> constraints_are_sound(const Problem& p) {
  const std::size_t risks = p.risks.size(), of_items = p.items * risks;
  return all([&] { return sets_are_sound(p); }, [&] { return wishes_are_sound(p); }, [&] { return relations_are_sound(p); },
             [&] { return shape_or_none("within", p.within.size(), p.items); },
             [&] { return range("within", p.within, kAnywhere, static_cast<std::int64_t>(p.host_sets.size()) - 1); },
             [&] { return shape("risk_capacity", p.risk_capacity.size(), p.hosts * risks); },
             [&] { return shape("risk_mean", p.risk_mean.size(), of_items); },
             [&] { return shape("risk_variance", p.risk_variance.size(), of_items); },
             [&] { return shape("risk_deviation", p.risk_deviation.size(), of_items); },
             [&] { return shape_or_none("risk_most", p.risk_most.size(), of_items); },
             [&] { return range("risk_most", p.risk_most, 0, kMostCount); },
             [&] { return range("risk_capacity", p.risk_capacity, 0, kMostCount); },
             [&] { return range("risk_mean", p.risk_mean, 0, kMostCount); },
             [&] { return range("risk_variance", p.risk_variance, 0, kMostCount * kMostCount); },
             [&] { return range("risk_deviation", p.risk_deviation, 0, kMostCount); },
             [&] { return range("breach_price", std::vector{p.breach_price}, 0, kMostPrice); },
             [&] { return risks_are_sound(p); }, [&] { return start_is_counted(p); });
}

double most_constraints_cost(const Problem& p) {
  double most = 0;
  for (const Wish& wish : p.wishes) most += static_cast<double>(wish.price);
  const auto breach = static_cast<double>(p.breach_price), items = static_cast<double>(p.items);
  for (const Relation& relation : p.relations) {
    const double members = static_cast<double>(relation.members.size()) + relation.least;
    most += members * static_cast<double>(relation.price == 0 ? p.breach_price : relation.price);
  }
  for (const Group& group : p.groups) most += breach * group.least_locations;
  // Groups' items apart and out of their sets; an overfull lane is charged at most breach_price an item, or 1 a unit.
  most += breach * items * static_cast<double>(3 + p.lanes.size());
  if (p.breach_price != 0)
    for (std::int64_t need : p.need) most += static_cast<double>(need);
  std::vector<std::int64_t> weights;
  for (std::size_t k = 0; k < p.risks.size(); ++k)
    weights.push_back(p.risks[k].weight != 0 ? p.risks[k].weight : breach_weight(p, p.risk_mean, p.risks.size(), k));
  for (std::size_t i = 0; i < p.risk_mean.size(); ++i) {
    const Risk& risk = p.risks[i % p.risks.size()];
    const double margin = std::sqrt(std::ldexp(static_cast<double>(risk.own), -kRiskShift) * static_cast<double>(p.risk_variance[i])) +
                          std::sqrt(std::ldexp(static_cast<double>(risk.shared), -kRiskShift)) * static_cast<double>(p.risk_deviation[i]);
    const double mean = static_cast<double>(p.risk_mean[i]);
    most += static_cast<double>(weights[i % p.risks.size()]) * (mean + margin + 1);
  }
  return most;
}

}  // namespace headroom::placement
