// Resources whose needs are uncertain: on each host mean + z sqrt((1 - rho) variance + rho deviation^2), or what all can need at
// the very most, stays within capacity, in whole numbers (problem.h). State: for each host and risk the sums, and what it is above capacity where that has a price.
//
// Products are of 128 bits. validate() holds sums of deviations under 2^50, of variances under 2^62 and factors to 2^22, so a
// square is below 2^122 and a need below 2^54; room is no more than that (the start's own need may be above capacity), and its
// square times 2^16 below 2^124.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "allowance.h"
#include "headroom/placement/problem.h"

namespace headroom::placement {

class RiskRows {
 public:
  // Nobody is anywhere. `may_stay`: who is above a capacity at the start pays for it and only never gets fuller.
  RiskRows(const Problem& problem, bool may_stay);

  bool none() const { return risks_.empty(); }
  bool allows(std::int32_t item, std::int32_t to) const {
    for (std::size_t k = 0; k < risks_.size(); ++k)
      if (!fits(k, plus(on(to, k), there(item, k)), limit(to, k))) return false;
    return true;
  }
  bool allows_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    for (std::size_t k = 0; k < risks_.size(); ++k)
      if (!fits(k, minus(plus(on(to, k), of(item, k)), of(other, k)), limit(to, k)) ||
          !fits(k, minus(plus(on(from, k), of(other, k)), of(item, k)), limit(from, k)))
        return false;
    return true;
  }
  bool holds(std::int32_t host) const { return missing(host, -1) == 0; }
  // How far a host would be above its limits, all of them together, without one of its items (or -1).
  std::int64_t missing(std::int32_t host, std::int32_t without) const;

  bool priced() const { return priced_; }  // a change may be other than 0
  std::int64_t change(std::int32_t item, std::int32_t from, std::int32_t to) const { return change_beside(item, from, -1, to); }
  std::int64_t swap_change(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    return change_beside(item, from, other, to);
  }
  std::int64_t cost() const;
  std::int64_t cost_on(std::int32_t host) const;
  void put(std::int32_t item, std::int32_t host) { add(item, host, 1); }
  void take(std::int32_t item, std::int32_t host) { add(item, host, -1); }
  void start();  // everybody is at home now
  // From here on the item is taken to need this wherever it would go; where it is, it counts as before.
  void expect(std::int32_t item, std::span<const RiskNeed> need);
  void expect_nothing() { expected_ = -1; }
  // It needs this where it is.
  void resize(std::int32_t item, std::int32_t host, std::span<const RiskNeed> need);

 private:
  using Wide = unsigned __int128;
  static constexpr std::int64_t kAnyRisk = 1LL << 54;  // a limit above every need there can be
  using Sums = RiskNeed;

  static Sums plus(const Sums& a, const Sums& b) {
    return {a.mean + b.mean, a.variance + b.variance, a.deviation + b.deviation, a.most + b.most};
  }
  static Sums minus(const Sums& a, const Sums& b) {
    return {a.mean - b.mean, a.variance - b.variance, a.deviation - b.deviation, a.most - b.most};
  }
  const Sums& on(std::int32_t host, std::size_t k) const { return on_[static_cast<std::size_t>(host) * risks_.size() + k]; }
  const Sums& of(std::int32_t item, std::size_t k) const { return of_[static_cast<std::size_t>(item) * risks_.size() + k]; }
  const Sums& there(std::int32_t item, std::size_t k) const { return item == expected_ ? expected_need_[k] : of(item, k); }
  std::int64_t limit(std::int32_t host, std::size_t k) const { return limit_[static_cast<std::size_t>(host) * risks_.size() + k]; }

  // What the sums' margin is the root of, times 2^kRiskShift.
  Wide spread(std::size_t k, const Sums& sums) const {
    return Wide(sums.variance) * Wide(risks_[k].own) + Wide(sums.deviation) * Wide(sums.deviation) * Wide(risks_[k].shared);
  }
  bool fits(std::size_t k, const Sums& sums, std::int64_t limit) const {
    const std::int64_t slack = limit - sums.mean;
    return (bounded_ && sums.most <= limit) || (slack >= 0 && Wide(slack) * Wide(slack) << kRiskShift >= spread(k, sums));
  }
  std::int64_t need(std::size_t k, const Sums& sums) const;  // mean + margin, rounded up; at most the most
  std::int64_t cost_at(std::size_t at, std::size_t k, const Sums& sums) const;
  std::int64_t change_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const;
  void add(std::int32_t item, std::int32_t host, std::int64_t sign);

  std::vector<Risk> risks_;
  std::vector<Sums> of_, on_;                       // items x risks, hosts x risks
  std::vector<std::int64_t> capacity_, limit_;      // hosts x risks; what is above the limit is not allowed
  std::vector<std::int64_t> weight_;                // hosts x risks: of a unit above capacity
  std::vector<std::int64_t> breach_weight_;         // of risks
  bool priced_ = false;
  bool bounded_ = false;                            // what items can need at the most is known
  std::int32_t expected_ = -1;                      // an item that would need `expected_need_` elsewhere
  std::vector<Sums> expected_need_;
};

void check_risk(const Problem& problem, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches);
std::int64_t risk_cost(const Problem& problem, const Assignment& assignment);         // soft ones
std::int64_t risk_breach_cost(const Problem& problem, const Assignment& assignment);  // hard ones, by breach_price

}  // namespace headroom::placement
