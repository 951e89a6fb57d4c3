// All that stands between a planned action and its start, in this order: does it make sense (soundness.h), is it ours
// to do, is anything in its way, is it too soon.
#pragma once

#include "breaker.h"
#include "pace.h"
#include "soundness.h"

namespace headroom {

class Gate {
 public:
  Gate(const SafetyLimits& limits, const SafetyState& safety, const Flights& flights, const Breaker& breaker, Pace& pace)
      : limits_(limits), safety_(safety), flights_(flights), breaker_(breaker), pace_(pace) {}

  // Absent: start it. `urgent` (mending what a shrink of ours did) waives cooldown and budget.
  std::optional<Objection> object(const Question& q, bool urgent);

 private:
  std::optional<Objection> not_ours(const Question& q) const;
  std::optional<Objection> in_the_way(const Question& q) const;
  std::optional<Objection> over_a_limit(const Question& q) const;
  std::optional<Objection> too_soon(const Question& q);
  std::optional<Objection> budget(const Question& q);

  const SafetyLimits& limits_;
  const SafetyState& safety_;
  const Flights& flights_;
  const Breaker& breaker_;
  Pace& pace_;
};

}  // namespace headroom
