#include "headroom/power/simulated_power.h"

namespace headroom {

SimulatedPower::Behaviour SimulatedPower::now() const {
  const std::lock_guard lock(mutex_);
  return is_;
}

void SimulatedPower::become(Behaviour behaviour) {
  const std::lock_guard lock(mutex_);
  is_ = std::move(behaviour);
}

bool SimulatedPower::can_start() const { return now().can_start; }
bool SimulatedPower::can_stop() const { return now().can_stop; }

Result<void> SimulatedPower::start() {
  const std::lock_guard lock(mutex_);
  if (is_.error) return tl::unexpected(*is_.error);
  if (!is_.can_start) return fail(ErrorCode::kRefused, "it cannot be started");
  ++is_.starts;
  if (is_.obeys) is_.state = SwitchState::kOn;
  return {};
}

Result<void> SimulatedPower::stop() {
  const std::lock_guard lock(mutex_);
  if (is_.error) return tl::unexpected(*is_.error);
  if (!is_.can_stop) return fail(ErrorCode::kRefused, "it cannot be stopped");
  ++is_.stops;
  if (is_.obeys) is_.state = SwitchState::kOff;
  return {};
}

Result<SwitchState> SimulatedPower::state() {
  const std::lock_guard lock(mutex_);
  if (is_.error) return tl::unexpected(*is_.error);
  return is_.tells ? is_.state : SwitchState::kUnknown;
}

}  // namespace headroom
