#include "breaker.h"

namespace headroom {

bool Breaker::lets_through(Instant now) const {
  if (!state_.breaker_open_since) return true;
  return now >= trial_from() && !trial_;
}

void Breaker::begun(ActionId id) {
  if (state_.breaker_open_since) trial_ = id;
}

bool Breaker::succeeded(ActionId id) {
  // While open only the trial counts: an older action that ends well was begun before things went wrong.
  if (state_.breaker_open_since && trial_ != id) return false;
  if (state_.failures_in_a_row == 0 && !state_.breaker_open_since) return false;
  state_.failures_in_a_row = 0;
  state_.breaker_open_since.reset();
  trial_.reset();
  return true;
}

bool Breaker::failed(ActionId id, Instant now) {
  if (limits_.failures_to_open == kNoLimit) return false;
  ++state_.failures_in_a_row;
  const bool failed_trial = trial_ == id;
  if (failed_trial) trial_.reset();
  const bool opens = !state_.breaker_open_since && state_.failures_in_a_row >= limits_.failures_to_open;
  if (failed_trial || opens) state_.breaker_open_since = now;
  return true;
}

void Breaker::proves_nothing(ActionId id) {
  if (trial_ == id) trial_.reset();
}

}  // namespace headroom
