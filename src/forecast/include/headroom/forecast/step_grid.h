// Lays samples on the step grid for a forecaster: whatever order they come in, each step is pushed once, in order,
// gaps as missing. The last sample of a step wins until the step is closed by a later one or by a forecast.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "headroom/base/instant.h"
#include "headroom/model/sample.h"

namespace headroom {

inline constexpr double kMostBelievable = 1e15;  // base units; a sample beyond is taken for a broken counter

class StepGrid {
 public:
  // The step a sample belongs to: that of the interval that ends at `at`.
  static std::int64_t step_of(Instant at, Duration step) { return (at.time_since_epoch() - Duration(1)) / step; }

  // push(used, stalled) is called for every step that is closed; used is NaN where nothing was reported.
  template <class Push>
  void observe(const Sample& sample, Duration step, Push push) {
    const std::int64_t k = step_of(sample.at, step);
    if (next_ && k < *next_) return;  // already forecast from
    if (open_ && k < open_step_) return;
    if (open_ && k > open_step_) close_until(k, push);
    if (!next_) next_ = k;
    open_ = sample;
    open_step_ = k;
  }

  // Closes every step before `k`.
  template <class Push>
  void close_until(std::int64_t k, Push push) {
    if (!next_) return;
    // After a silence longer than anything that is remembered, nothing of it need be told step by step.
    constexpr std::int64_t kLongest = 2300;
    if (k - *next_ > kLongest && !(open_ && open_step_ >= k - kLongest)) {
      if (open_) close_open(push);
      *next_ = std::max(*next_, k - kLongest);
    }
    while (*next_ < k) {
      if (open_ && open_step_ == *next_) {
        close_open(push);
      } else {
        push(Sample{}, false);
        ++*next_;
      }
    }
  }
  // The newest closed step; meaningless before the first.
  std::int64_t newest() const { return next_ ? *next_ - 1 : -1; }
  bool begun() const { return next_.has_value(); }

 private:
  template <class Push>
  void close_open(Push push) {
    push(*open_, true);
    next_ = open_step_ + 1;
    open_.reset();
  }

  std::optional<std::int64_t> next_;  // the first step not closed yet
  std::optional<Sample> open_;
  std::int64_t open_step_ = 0;
};

}  // namespace headroom
