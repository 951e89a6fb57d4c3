// A switch that is only simulated, for tests: a state, how many times it was used, and what it is told to do wrong.
//
// Threads: thread-safe. Errors: the one it is told to give.
#pragma once

#include <mutex>
#include <optional>

#include "headroom/power/host_power.h"

namespace headroom {

class SimulatedPower final : public HostPower {
 public:
  struct Behaviour {
    SwitchState state = SwitchState::kOn;
    bool can_start = true, can_stop = true;
    bool obeys = true;                    // else it says yes and does nothing
    bool tells = true;                    // else its state is unknown
    std::optional<Error> error{};         // of every call
    int starts = 0, stops = 0;            // calls that were answered yes
  };

  explicit SimulatedPower(Behaviour behaviour) : is_(std::move(behaviour)) {}

  Behaviour now() const;
  void become(Behaviour behaviour);

  bool can_start() const override;
  bool can_stop() const override;
  Result<void> start() override;
  Result<void> stop() override;
  Result<SwitchState> state() override;

 private:
  mutable std::mutex mutex_;
  Behaviour is_;
};

}  // namespace headroom
