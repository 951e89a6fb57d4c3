// How much one VM should have of one resource, by price.
//
// Holding allocation a until horizon h costs, per hour,
//     R_h(a) = c a + [ lambda (step P1(a) + m (Ph(a) - P1(a))) + kappa Ph(a) ] / h
// with c the price of a unit-hour, lambda the price of an overloaded VM-hour, kappa the price of a scaling,
// Ph(a) = P(peak within h > a), and m the overload expected from a breach that a later round will see coming. A change
// adds kappa / h. Each allocation is judged at the horizon that suits it best: after it, everything is decided anew.
// (A renewal argument: the first breach ends the holding period and costs one more scaling.)
#pragma once

#include <cstdint>

#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

struct Sizing {
  std::int64_t amount = 0;     // the allocation wanted; equal to the present one when nothing should change
  std::size_t horizon = 0;     // the horizon it was judged at
  double usd_per_hour = 0;     // its cost, all in
  double usd_saved_per_hour = 0;  // against keeping the present one
};

struct SizingTask {
  Resource resource = Resource::kCpu;
  std::int64_t now = 0, lowest = 0, highest = 0, step = 1;  // base units
  double usd_per_unit_hour = 0;
  double scale_up_to = 1;      // bands are multiplied by this (1 unless the VM is held back)
};

Sizing price_allocation(const Snapshot& snapshot, const Vm& vm, const PricedSizing& prices, const SizingTask& task);

// Smallest multiple of `step` that is at least `amount`.
std::int64_t round_up(double amount, std::int64_t step);

}  // namespace headroom
