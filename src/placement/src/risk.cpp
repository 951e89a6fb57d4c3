#include "risk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "breach_weight.h"

namespace headroom::placement {

RiskRows::RiskRows(const Problem& p, bool may_stay)
    : risks_(p.risks), of_(p.items * p.risks.size()), on_(p.hosts * p.risks.size()), capacity_(p.risk_capacity),
      limit_(p.risk_capacity), weight_(p.risk_capacity.size(), 0), bounded_(!p.risk_most.empty()) {
  for (std::size_t at = 0; at < of_.size(); ++at)
    of_[at] = {p.risk_mean[at], p.risk_variance[at], p.risk_deviation[at], p.risk_most.empty() ? 0 : p.risk_most[at]};
  for (std::size_t k = 0; k < risks_.size(); ++k) breach_weight_.push_back(may_stay ? breach_weight(p, p.risk_mean, risks_.size(), k) : 0);
}

void RiskRows::start() {
  for (std::size_t at = 0; at < on_.size(); ++at) {
    const std::size_t k = at % risks_.size();
    const std::int64_t at_home = need(k, on_[at]);
    if (risks_[k].weight != 0) {
      weight_[at] = risks_[k].weight;
      limit_[at] = kAnyRisk;
    } else if (breach_weight_[k] != 0 && at_home > capacity_[at]) {
      weight_[at] = breach_weight_[k];
      limit_[at] = at_home;
    }
    priced_ = priced_ || weight_[at] != 0;
  }
}

// The root of a number of up to 122 bits is that of the nearest double, give or take the last bits, which are put right.
std::int64_t RiskRows::need(std::size_t k, const Sums& sums) const {
  const Wide spread_of = spread(k, sums);
  auto margin = static_cast<std::int64_t>(std::sqrt(std::ldexp(static_cast<double>(spread_of), -kRiskShift)));
  const auto enough = [&](std::int64_t m) { return Wide(m) * Wide(m) << kRiskShift >= spread_of; };
  while (!enough(margin)) ++margin;
  while (margin > 0 && enough(margin - 1)) --margin;
  return bounded_ ? std::min(sums.mean + margin, sums.most) : sums.mean + margin;
}

std::int64_t RiskRows::missing(std::int32_t host, std::int32_t without) const {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < risks_.size(); ++k) {
    const Sums sums = without < 0 ? on(host, k) : minus(on(host, k), of(without, k));
    if (!fits(k, sums, limit(host, k))) sum += need(k, sums) - limit(host, k);
  }
  return sum;
}

std::int64_t RiskRows::cost_at(std::size_t at, std::size_t k, const Sums& sums) const {
  return weight_[at] == 0 ? 0 : weight_[at] * std::max<std::int64_t>(0, need(k, sums) - capacity_[at]);
}

std::int64_t RiskRows::change_beside(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
  std::int64_t change = 0;
  const std::size_t risks = risks_.size();
  for (std::size_t k = 0; k < risks; ++k) {
    const Sums more = other < 0 ? of(item, k) : minus(of(item, k), of(other, k));
    const std::size_t left = static_cast<std::size_t>(from) * risks + k, joined = static_cast<std::size_t>(to) * risks + k;
    if (weight_[left] != 0) change += cost_at(left, k, minus(on_[left], more)) - cost_at(left, k, on_[left]);
    const Sums there_more = other < 0 ? there(item, k) : more;
    if (weight_[joined] != 0) change += cost_at(joined, k, plus(on_[joined], there_more)) - cost_at(joined, k, on_[joined]);
  }
  return change;
}

void RiskRows::expect(std::int32_t item, std::span<const RiskNeed> need) {
  expected_ = item;
  expected_need_.assign(need.begin(), need.end());
}

void RiskRows::resize(std::int32_t item, std::int32_t host, std::span<const RiskNeed> need) {
  add(item, host, -1);
  std::copy(need.begin(), need.end(), of_.begin() + item * static_cast<std::ptrdiff_t>(risks_.size()));
  add(item, host, 1);
}

std::int64_t RiskRows::cost() const {
  std::int64_t cost = 0;
  for (std::size_t at = 0; at < on_.size(); ++at) cost += cost_at(at, at % risks_.size(), on_[at]);
  return cost;
}

std::int64_t RiskRows::cost_on(std::int32_t host) const {
  std::int64_t cost = 0;
  const std::size_t first = static_cast<std::size_t>(host) * risks_.size();
  for (std::size_t k = 0; k < risks_.size(); ++k) cost += cost_at(first + k, k, on_[first + k]);
  return cost;
}

void RiskRows::add(std::int32_t item, std::int32_t host, std::int64_t sign) {
  for (std::size_t k = 0; k < risks_.size(); ++k) {
    Sums& sums = on_[static_cast<std::size_t>(host) * risks_.size() + k];
    sums = sign > 0 ? plus(sums, of(item, k)) : minus(sums, of(item, k));
  }
}

namespace {

// hosts x risks: mean + margin. The margin is found by halving.
std::vector<std::int64_t> needs_at_risk(const Problem& p, const Assignment& assignment) {
  using Wide = unsigned __int128;
  const std::size_t risks = p.risks.size();
  std::vector<std::int64_t> need(p.hosts * risks, 0);
  std::vector<Wide> variance(need.size(), 0), deviation(need.size(), 0);
  std::vector<std::int64_t> most(need.size(), 0);
  for (std::size_t at = 0; at < p.risk_mean.size(); ++at) {
    const std::size_t host = static_cast<std::size_t>(assignment[at / risks]) * risks + at % risks;
    need[host] += p.risk_mean[at];
    variance[host] += static_cast<Wide>(p.risk_variance[at]);
    deviation[host] += static_cast<Wide>(p.risk_deviation[at]);
    if (!p.risk_most.empty()) most[host] += p.risk_most[at];
  }
  for (std::size_t at = 0; at < need.size(); ++at) {
    const Risk& risk = p.risks[at % risks];
    const Wide spread = variance[at] * static_cast<Wide>(risk.own) + deviation[at] * deviation[at] * static_cast<Wide>(risk.shared);
    std::uint64_t least = 0, enough = 1ULL << 55;
    while (least < enough) {
      const std::uint64_t middle = (least + enough) / 2;
      if ((static_cast<Wide>(middle) * middle << kRiskShift) >= spread) enough = middle;
      else least = middle + 1;
    }
    need[at] += static_cast<std::int64_t>(least);
    if (!p.risk_most.empty()) need[at] = std::min(need[at], most[at]);
  }
  return need;
}

// What hosts are above their capacities, priced by weight_of(risk).
template <class WeightOf>
std::int64_t above(const Problem& p, const Assignment& assignment, WeightOf&& weight_of) {
  const std::vector<std::int64_t> need = needs_at_risk(p, assignment);
  std::int64_t cost = 0;
  for (std::size_t at = 0; at < need.size(); ++at)
    cost += weight_of(at % p.risks.size()) * std::max<std::int64_t>(0, need[at] - p.risk_capacity[at]);
  return cost;
}

}  // namespace

void check_risk(const Problem& p, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches) {
  if (p.risks.empty()) return;
  const std::vector<std::int64_t> need = needs_at_risk(p, assignment);
  std::vector<std::int64_t> limit = p.risk_capacity;
  if (allowance == Allowance::kOfStart) {
    const std::vector<std::int64_t> at_home = needs_at_risk(p, p.home);
    for (std::size_t at = 0; at < limit.size(); ++at) limit[at] = std::max(limit[at], at_home[at]);
  }
  const std::size_t risks = p.risks.size();
  for (std::size_t at = 0; at < need.size(); ++at)
    if (p.risks[at % risks].weight == 0 && need[at] > limit[at])
      breaches.push_back(fmt::format("host {} may need {} of risk {}, above its capacity {}", at / risks, need[at], at % risks,
                                     p.risk_capacity[at]));
}

std::int64_t risk_cost(const Problem& p, const Assignment& assignment) {
  if (p.risks.empty()) return 0;
  return above(p, assignment, [&](std::size_t k) { return p.risks[k].weight; });
}

std::int64_t risk_breach_cost(const Problem& p, const Assignment& assignment) {
  if (p.risks.empty() || p.breach_price == 0) return 0;
  return above(p, assignment, [&](std::size_t k) {
    return p.risks[k].weight != 0 ? 0 : breach_weight(p, p.risk_mean, p.risks.size(), k);
  });
}

}  // namespace headroom::placement
