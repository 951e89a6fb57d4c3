// The price at which the fleet's wishes fit its hosts.
//
// Every wish depends on what a unit of the resource costs (sizing.h). Hosts that run are paid for, full or not: so where
// hosts count a resource costs the smallest share of its list price at which all wishes together fit what the open hosts
// have, less what a destination keeps free. That is little where there is plenty, and more than the list price where there
// is too little. PricedSizing::least_share and most_share bound it; both 1: it is the list price whatever the hosts have.
//
// One price for the whole fleet, since VMs can move: prices of its own for each host would swing with every neighbour.
//
// A Market is of the moment it was made: of VMs that could be acted on then, and of the resources no rule governs.
#pragma once

#include <array>
#include <vector>

#include "draft.h"
#include "sizing.h"

namespace headroom {

using PriceShares = std::array<double, kResourceCount>;  // of the list prices

class Market {
 public:
  explicit Market(const Draft& draft);  // which outlives it

  // The prices at which the wishes fit, if the open hosts had so much more (or less) than they have.
  PriceShares clearing(const Resources& more = {}) const;
  bool prices(std::size_t vm, Resource r) const { return vms_[vm].priced[index(r)]; }
  // What a VM should have if a unit costs such a share of its list price; only where prices(vm, r).
  Sizing at(std::size_t vm, Resource r, double share) const;
  // What the overload that all wishes together let through costs.
  double usd_at_risk_per_hour(const PriceShares& shares) const;
  // What a VM would give back at such a share (0 or more, base units).
  std::int64_t release(std::size_t vm, Resource r, double share) const;

 private:
  struct OfVm {
    std::array<bool, kResourceCount> priced{};
    std::array<DemandCurve, kResourceCount> demand;
  };
  double wanted(Resource r, double share) const;
  double clearing(Resource r, double offered) const;

  const Draft& draft_;
  std::vector<OfVm> vms_;
  std::array<double, kResourceCount> list_{};               // USD a unit-hour
  std::array<double, kResourceCount> taken_{}, offered_{};  // of and by the open hosts
};

}  // namespace headroom
