// How much one VM should have of one resource, by price.
//
// An allocation a costs, per hour,
//     R(a) = c a + lambda P_0(a)                                            for the present one
//     R(a) = c a + lambda P_0(a) + min over horizons h of C_h(a) / T_h(a)    for a change
//     C_h(a) = kappa (1 + P_h(a)) + lambda m (P_h(a) - P_0(a))
// with c the price of a unit-hour, lambda the price of an overloaded VM-hour times the resource's weight, kappa the
// price of a scaling, P_h(a) = P(peak within h > a), P_0 that of the step ahead, m the overload a later breach costs,
// and T_h(a) how long a is expected to be held: until a breach or until h, the integral of 1 - P over [0, h].
//
// P_0(a) is the largest of P_h(a) step / h: an amount passed within h is passed in an average step of h with at least
// that. The step's own band ends too early: what strikes once a day is not in it, and only the longer ones know. (Without
// this, most overload that generous fleets are left with is of that kind.)
//
// Why: the step ahead is what a decision now decides; everything later may be decided anew, so it only counts in what
// a change is worth: its price, the change back that a breach forces, and what that breach costs, spread over the time
// the change is foreseen to last. So short horizons make VMs grow and long ones let them shrink.
#pragma once

#include <cstdint>
#include <vector>

#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

struct Sizing {
  std::int64_t amount = 0;     // the allocation wanted; equal to the present one when nothing should change
  std::size_t horizon = 0;     // that calls for it: a growth's is where the risk is, a shrink is held that long
  double usd_saved_per_hour = 0;  // against keeping the present one
  double usd_at_risk_per_hour = 0;  // lambda P_0 of it
};

struct SizingTask {
  Resource resource = Resource::kCpu;
  std::int64_t now = 0, lowest = 0, highest = 0, step = 1;  // base units
};

// What a VM should have of a resource, at any price of a unit-hour.
class DemandCurve {
 public:
  DemandCurve() = default;
  DemandCurve(const Snapshot& snapshot, const Vm& vm, const PricedSizing& prices, const SizingTask& task);

  Sizing at(double usd_per_unit_hour) const;

 private:
  struct Choice {
    std::int64_t amount = 0;
    double usd_per_hour = 0;   // R without the rent
    double usd_at_risk = 0;
    std::size_t horizon = 0;
  };
  void add(const Choice& next);  // amounts ascend
  Choice keep_;                  // the present amount
  std::vector<Choice> changes_;  // those that are best at some price: convex, by ascending amount
};

// Smallest multiple of `step` that is at least `amount`.
std::int64_t round_up(double amount, std::int64_t step);

}  // namespace headroom
