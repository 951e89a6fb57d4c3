// How much one VM should have of one resource, by price.
//
// Holding allocation a costs, per hour,
//     R(a) = c a + max over horizons h of (lambda m_h + kappa) P_h(a) / h
// with c the price of a unit-hour, lambda the price of an overloaded VM-hour, kappa the price of a scaling,
// P_h(a) = P(peak within h > a), and m_h the overload a breach costs: a whole step at the first horizon, a settled
// number beyond. A change adds kappa / (hours it is expected to last). A renewal argument: P_h / h is the rate at
// which breaches end the holding period, each costing its overload and one more scaling.
#pragma once

#include <cstdint>

#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

struct Sizing {
  std::int64_t amount = 0;     // the allocation wanted; equal to the present one when nothing should change
  std::size_t horizon = 0;     // the horizon with the highest risk
  double usd_per_hour = 0;     // its cost, all in
  double usd_saved_per_hour = 0;  // against keeping the present one
};

struct SizingTask {
  Resource resource = Resource::kCpu;
  std::int64_t now = 0, lowest = 0, highest = 0, step = 1;  // base units
  double usd_per_unit_hour = 0;
};

Sizing price_allocation(const Snapshot& snapshot, const Vm& vm, const PricedSizing& prices, const SizingTask& task);

// Smallest multiple of `step` that is at least `amount`.
std::int64_t round_up(double amount, std::int64_t step);

}  // namespace headroom
