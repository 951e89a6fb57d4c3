// Breaks another Hypervisor from a seed: requests and answers get lost, starts arrive late, actions are denied having
// existed. Equal seed and equal calls give equal faults, so a failing test is replayed from its seed.
//
// Threads: one caller at a time. Ownership: the inner hypervisor and the clock must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "headroom/base/clock.h"
#include "headroom/hypervisor/hypervisor.h"

namespace headroom::testing {

// Probabilities per call, 0..1. All zero: it changes nothing.
struct Faults {
  double refuse_start = 0;        // kRefused, nothing begun
  double break_start = 0;         // kFailed, nothing begun
  double lose_start_request = 0;  // kUnreachable, nothing begun
  double lose_start_answer = 0;   // kUnreachable, and it was begun
  double delay_start = 0;         // kUnreachable, and it is begun up to max_delay later
  double lose_progress = 0;       // kUnreachable
  double false_not_found = 0;     // kNotFound although it is known; at most max_false_not_found times in a row
  double lose_inventory = 0;      // kUnreachable
  double lose_samples = 0;        // kUnreachable; the samples of that call are gone
  double lose_cancel_request = 0;
  double lose_cancel_answer = 0;
  Duration max_delay = std::chrono::seconds(45);
  int max_false_not_found = 2;

  static Faults all(double probability);  // every one of the above at this probability
};

class FaultyHypervisor final : public Hypervisor {
 public:
  FaultyHypervisor(Hypervisor& inner, const Clock& clock, Faults faults, std::uint64_t seed);

  Result<Inventory> inventory() override;
  Result<std::vector<VmSample>> samples() override;
  Result<void> start(ActionId id, const Action& action) override;
  Result<void> take_up(ActionId id, const Action& action) override { return inner_.take_up(id, action); }
  Result<Progress> progress(ActionId id) override;
  Result<void> cancel(ActionId id) override;

  void set_faults(Faults faults) { faults_ = faults; }  // starts already delayed still arrive
  bool has_delayed_starts() const { return !delayed_.empty(); }

 private:
  struct Delayed {
    Instant due;
    ActionId id;
    Action action;
  };
  bool happens(double probability);
  void deliver_delayed();

  Hypervisor& inner_;
  const Clock& clock_;
  Faults faults_;
  std::mt19937_64 random_;
  std::vector<Delayed> delayed_;
  std::map<ActionId, int> false_not_found_;  // how often in a row
};

}  // namespace headroom::testing
