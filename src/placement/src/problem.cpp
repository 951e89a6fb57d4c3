#include "headroom/placement/problem.h"

#include <cmath>

#include "sound.h"

namespace headroom::placement {
namespace {

Result<void> lanes_are_sound(const Problem& p) {
  if (p.lanes.empty()) return invalid("there are no lanes; name at least one resource");
  if (p.lanes.size() + p.balances.size() > kMostLanes)
    return invalid(fmt::format("{} resources and {} balances are more than {} together", p.lanes.size(), p.balances.size(),
                               kMostLanes));
  for (const Lane& lane : p.lanes)
    if (lane.weight < 0 || lane.weight > kMostWeight)
      return invalid(fmt::format("the weight {} of a lane must be 0 to {}", lane.weight, kMostWeight));
  for (const Balance& b : p.balances) {
    if (b.of >= p.lanes.size() || b.against >= p.lanes.size()) return invalid("a balance names a lane that does not exist");
    if (b.weight < 0 || b.weight > kMostWeight)
      return invalid(fmt::format("the weight {} of a balance must be 0 to {}", b.weight, kMostWeight));
    if (b.target < 0 || b.target > kMostTarget)
      return invalid(fmt::format("the target {} of a balance must be 0 to {}", b.target, kMostTarget));
  }
  return {};
}

// A balance is counted in one lane of 32 bits: it has to hold target * capacity + capacity.
Result<void> balances_fit(const Problem& p) {
  const std::size_t lanes = p.lanes.size();
  for (const Balance& b : p.balances)
    for (std::size_t h = 0; h < p.hosts; ++h) {
      const std::int64_t most = b.target * p.capacity[h * lanes + b.of] + p.capacity[h * lanes + b.against];
      if (most > kMostCount)
        return invalid(fmt::format("the balance of lanes {} and {} on host {} comes to {}, above {}; count in larger units", b.of,
                                   b.against, h, most, kMostCount));
    }
  return {};
}

// Use of a lane is at most what there is room for, and at most what all need.
double dearest_use(const Problem& p) {
  const std::size_t lanes = p.lanes.size();
  std::vector<std::int64_t> need(lanes, 0);
  for (std::size_t i = 0; i < p.need.size(); ++i) need[i % lanes] += p.need[i];
  double most = 0;
  for (std::size_t i = 0; i < p.use_price.size(); ++i)
    most += static_cast<double>(p.use_price[i]) * static_cast<double>(std::min(p.capacity[i], need[i % lanes]));
  for (std::int64_t price : p.open_price) most += static_cast<double>(price);
  return most;
}

// A chain may put an item where it has no room, for a while: that is counted in 64 bits as well.
Result<void> items_can_be_priced(const Problem& p) {
  if (p.use_price.empty() || p.need.empty()) return {};
  const std::size_t lanes = p.lanes.size();
  std::vector<std::int64_t> need(lanes, 0), price(lanes, 0);
  for (std::size_t i = 0; i < p.need.size(); ++i) need[i % lanes] = std::max(need[i % lanes], p.need[i]);
  for (std::size_t i = 0; i < p.use_price.size(); ++i) price[i % lanes] = std::max(price[i % lanes], p.use_price[i]);
  double most = 0;
  for (std::size_t l = 0; l < lanes; ++l) most += static_cast<double>(need[l]) * static_cast<double>(price[l]);
  if (most < kMostCost) return {};
  return invalid(fmt::format("the use of one item could cost {:.3g}, beyond what is counted exactly; lower use_price", most));
}

// The dearest assignment there could be stays far from the end of 64 bits.
Result<void> costs_fit(const Problem& p) {
  const std::size_t lanes = p.lanes.size();
  double most = 0;
  for (std::size_t i = 0; i < p.capacity.size(); ++i)
    most += static_cast<double>(p.lanes[i % lanes].weight) * static_cast<double>(p.capacity[i] + p.safe[i]);
  for (const Balance& b : p.balances)
    most += static_cast<double>(b.weight) * static_cast<double>(kMostCount) * static_cast<double>(p.hosts);
  most += dearest_use(p);
  for (std::int64_t price : p.away_price) most += static_cast<double>(price);
  const auto farthest = std::max_element(p.distance.begin(), p.distance.end());
  if (farthest != p.distance.end())
    most += static_cast<double>(*farthest) * static_cast<double>(p.distance_weight) * static_cast<double>(p.items);
  most += static_cast<double>(p.group_away_weight) * static_cast<double>(p.items);
  most += most_constraints_cost(p);
  if (most < kMostCost) return {};
  return invalid(fmt::format("costs could reach {:.3g}, beyond what is counted exactly; lower the weights", most));
}

Result<void> groups_are_sound(const Problem& p) {
  for (std::size_t g = 0; g < p.groups.size(); ++g) {
    if (p.groups[g].least_locations < 0) return invalid(fmt::format("group {} wants a negative number of locations", g));
    for (std::int32_t near : p.groups[g].near)
      if (near < 0 || static_cast<std::size_t>(near) >= p.groups.size())
        return invalid(fmt::format("group {} wants to be near group {}, which does not exist", g, near));
  }
  return {};
}

}  // namespace

Risk risk_of(double z, double rho, std::int64_t weight) {
  const double scaled = std::ldexp(z * z, kRiskShift);
  return {std::llround(scaled * (1 - rho)), std::llround(scaled * rho), weight};
}

Result<void> validate(const Problem& p) {
  const std::size_t lanes = p.lanes.size();
  const auto most = static_cast<std::int64_t>(kMostIndex);
  if (p.hosts == 0) return invalid("there are no hosts");
  if (p.hosts > kMostIndex || p.items > kMostIndex || p.groups.size() > kMostIndex || p.relations.size() > kMostIndex)
    return invalid(fmt::format("more than {} hosts, items, groups or relations", kMostIndex));
  return all([&] { return lanes_are_sound(p); }, [&] { return groups_are_sound(p); },
             [&] { return shape("capacity", p.capacity.size(), p.hosts * lanes); },
             [&] { return shape("safe", p.safe.size(), p.hosts * lanes); },
             [&] { return shape("location", p.location.size(), p.hosts); },
             [&] { return shape("neighbourhood", p.neighbourhood.size(), p.hosts); },
             [&] { return shape("use_price", p.use_price.size(), p.use_price.empty() ? 0 : p.hosts * lanes); },
             [&] { return shape("open_price", p.open_price.size(), p.open_price.empty() ? 0 : p.hosts); },
             [&] { return shape("need", p.need.size(), p.items * lanes); },
             [&] { return shape("group", p.group.size(), p.items); },
             [&] { return shape("home", p.home.size(), p.items); },
             [&] { return shape("away_price", p.away_price.size(), p.items); },
             [&] { return shape("distance", p.distance.size(), p.distance.empty() ? 0 : p.hosts * p.hosts); },
             [&] { return range("capacity", p.capacity, 0, kMostHeld); },
             [&] { return range("safe", p.safe, 0, kMostHeld); },
             [&] { return range("use_price", p.use_price, 0, kMostWeight); },
             [&] { return range("open_price", p.open_price, 0, kMostPrice); },
             [&] { return range("need", p.need, 0, kMostHeld); },
             [&] { return range("location", p.location, 0, most); },
             [&] { return range("neighbourhood", p.neighbourhood, 0, most); },
             [&] { return range("group", p.group, kNoGroup, static_cast<std::int64_t>(p.groups.size()) - 1); },
             [&] { return range("home", p.home, 0, static_cast<std::int64_t>(p.hosts) - 1); },
             [&] { return range("away_price", p.away_price, 0, kMostPrice); },
             [&] { return range("distance", p.distance, 0, kMostCount); },
             [&] { return range("the weights of moves", std::vector{p.distance_weight, p.group_away_weight}, 0, kMostPrice); },
             [&] { return balances_fit(p); }, [&] { return constraints_are_sound(p); }, [&] { return items_can_be_priced(p); },
             [&] { return costs_fit(p); });
}

}  // namespace headroom::placement
