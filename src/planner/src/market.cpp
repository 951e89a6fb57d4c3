#include "market.h"

#include <algorithm>
#include <cmath>

#include "wishes.h"

namespace headroom {
namespace {

constexpr int kHalvings = 8;

std::array<bool, kResourceCount> governed_by_rules(const Policy& policy) {
  std::array<bool, kResourceCount> governed{};
  for (const Rule& rule : policy.rules)
    if (rule.action != RuleAction::kAlert) governed[index(rule.metric)] = true;
  return governed;
}

}  // namespace

Market::Market(const Draft& d) : draft_(d), vms_(d.vm_count()) {
  if (!d.policy().priced) return;
  list_ = d.policy().priced->usd_per_unit_hour;
  const auto governed = governed_by_rules(d.policy());
  for (std::size_t i = 0; i < d.vm_count(); ++i)
    for (Resource r : kAllResources) {
      if (governed[index(r)] || !d.free_to_act(i) || !d.vm(i).sampled_at) continue;
      vms_[i].priced[index(r)] = true;
      vms_[i].demand[index(r)] = DemandCurve(d.snapshot(), d.vm(i), *d.policy().priced, sizing_task(d, i, r));
    }
  for (std::size_t h = 0; h < d.host_count(); ++h)
    for (Resource r : kAllResources)
      if (d.open(h)) {
        const auto all = static_cast<double>(d.host(h).admissible()[r]);
        offered_[index(r)] += all;
        taken_[index(r)] += all - static_cast<double>(d.room(h)[r]);
      }
}

double Market::wanted(Resource r, double share) const {
  double all = taken_[index(r)];
  for (std::size_t i = 0; i < vms_.size(); ++i)
    if (prices(i, r) && draft_.open(draft_.host_of(i)))
      all += static_cast<double>(at(i, r, share).amount - draft_.vm(i).allocation[r]);
  return all;
}

// The lowest share at which the wishes fit, by halving its logarithm: wishes only get smaller with the price.
double Market::clearing(Resource r, double offered) const {
  double low = std::log(draft_.policy().priced->least_share), high = std::log(draft_.policy().priced->most_share);
  const double usable = draft_.policy().hosts.fill_after_move * offered;
  if (low < high && wanted(r, std::exp(low)) <= usable) return std::exp(low);
  for (int k = 0; k < kHalvings && low < high; ++k) {
    const double middle = (low + high) / 2;
    (wanted(r, std::exp(middle)) <= usable ? high : low) = middle;
  }
  return std::exp(high);
}

PriceShares Market::clearing(const Resources& more) const {
  PriceShares shares;
  shares.fill(1);
  if (!draft_.policy().priced) return shares;
  for (Resource r : kAllResources) shares[index(r)] = clearing(r, offered_[index(r)] + static_cast<double>(more[r]));
  return shares;
}

Sizing Market::at(std::size_t vm, Resource r, double share) const {
  return vms_[vm].demand[index(r)].at(share * list_[index(r)]);
}

double Market::usd_at_risk_per_hour(const PriceShares& shares) const {
  double usd = 0;
  for (std::size_t i = 0; i < vms_.size(); ++i)
    for (Resource r : kAllResources)
      if (prices(i, r)) usd += at(i, r, shares[index(r)]).usd_at_risk_per_hour;
  return usd;
}

std::int64_t Market::release(std::size_t vm, Resource r, double share) const {
  if (!prices(vm, r)) return 0;
  return std::max<std::int64_t>(0, draft_.vm(vm).allocation[r] - at(vm, r, share).amount);
}

}  // namespace headroom
