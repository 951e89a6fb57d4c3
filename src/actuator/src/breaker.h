// The circuit breaker: so many failures in a row, and nothing is started for a while; then one action on trial, whose
// success closes it and whose failure opens it for another while.
#pragma once

#include <optional>

#include "headroom/actuator/journal.h"
#include "headroom/actuator/limits.h"

namespace headroom {

class Breaker {
 public:
  // It keeps its count and its opening in `state`, which the owner saves.
  Breaker(const SafetyLimits& limits, SafetyState& state) : limits_(limits), state_(state) {}

  bool lets_through(Instant now) const;
  // When trials begin; only while open.
  Instant trial_from() const { return *state_.breaker_open_since + limits_.breaker_open_for; }
  void begun(ActionId id);                      // while open, this one is the trial
  void proves_nothing(ActionId id);             // cancelled, or refused: frees the place of the trial
  // Each returns true when `state` changed and must be saved.
  bool succeeded(ActionId id);
  bool failed(ActionId id, Instant now);

 private:
  const SafetyLimits& limits_;
  SafetyState& state_;
  std::optional<ActionId> trial_;
};

}  // namespace headroom
