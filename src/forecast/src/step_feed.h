// Lays the samples of one VM on the step grid: gaps become missing steps, the last sample of a step wins, and what is
// older than the newest step laid down is dropped. A sample is held until a later step or an origin closes its step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "headroom/model/sample.h"

namespace headroom {

class StepFeed {
 public:
  // Longer gaps forget everything anyway (a week and a bit, Series keeps no more).
  static constexpr std::int64_t kLongestGap = 2048;

  bool started() const { return newest_ != kNever; }
  std::int64_t newest() const { return newest_; }

  // push(step, const Sample* or nullptr) is called once for each step, ascending.
  template <class Push>
  void take(std::int64_t step, const Sample& sample, Push&& push) {
    if (held_ && step > held_step_) release(push);
    if (started() && step <= newest_) return;
    if (held_ && step < held_step_) return;
    sample_ = sample;
    held_step_ = step;
    held_ = true;
  }

  // Closes every step up to and including `step`.
  template <class Push>
  void close(std::int64_t step, Push&& push) {
    if (held_ && held_step_ <= step) release(push);
    if (started()) skip_to(step + 1, push);
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

  template <class Push>
  void release(Push&& push) {
    if (started()) skip_to(held_step_, push);
    push(held_step_, &sample_);
    newest_ = held_step_;
    held_ = false;
  }
  template <class Push>
  void skip_to(std::int64_t next, Push&& push) {
    for (std::int64_t s = std::max(newest_ + 1, next - kLongestGap); s < next; ++s) push(s, nullptr);
    newest_ = std::max(newest_, next - 1);
  }

  std::int64_t newest_ = kNever, held_step_ = 0;
  Sample sample_;
  bool held_ = false;
};

}  // namespace headroom
