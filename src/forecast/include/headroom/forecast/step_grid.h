// Lays samples on the step grid for a forecaster: each step is pushed once, in order, as the mean of its samples (open_step.h),
// gaps as missing.
//
// A step is closed by a sample of a later one, or by a forecast. A forecast made inside a step closes it with what is known
// by then: nothing newer is left unused, and the truth of a horizon is what the same clock will show. What comes after it
// belongs to the next step, whose time then begins at that forecast. So with forecasts once a step, wherever in it, each
// step is the mean over the time since the forecast before. A forecast in between closes nothing; since() tells what came.
// A sample of what is closed comes too late and is dropped. Samples may run ahead of a forecast by one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "headroom/base/instant.h"
#include "headroom/forecast/open_step.h"
#include "headroom/model/sample.h"

namespace headroom {

inline constexpr double kMostBelievable = 1e15;  // base units; a sample beyond is taken for a broken counter

class StepGrid {
 public:
  // The step an instant belongs to: that of the interval that ends at `at`.
  static std::int64_t step_of(Instant at, Duration step) { return (at.time_since_epoch() - Duration(1)) / step; }

  // push(sample, known) is called for every step that is closed; what is not known of it is NaN.
  template <class Push>
  void observe(const Sample& sample, Duration step, Push push) {
    if (!next_) next_ = step_of(sample.at, step), closed_to_ = sample.at - Duration(1);
    if (sample.at <= closed_to_) return;
    const std::int64_t k = std::max(step_of(sample.at, step), *next_);
    if (!open_.empty() && k < open_step_) return;
    if (!open_.empty() && k > open_step_) close_until(k, Instant(k * step), step, push);
    open_.add(sample, step);
    open_step_ = k;
  }

  // Closes every step before the one that `origin` belongs to, and that one with what is known by then.
  template <class Push>
  void close_at(Instant origin, Duration step, Push push) {
    close_until(step_of(origin, step) + 1, origin, step, push);
  }
  // The mean of what has come since the newest step was closed, up to `origin`, and how much of a step's time that is; nothing
  // where less than half of that time is covered.
  struct Since {
    Sample mean;
    double share = 0;  // of a step, at most 1
  };
  std::optional<Since> since(Instant origin, Duration step) const {
    if (open_.empty() || origin <= closed_to_) return std::nullopt;
    const std::optional<Sample> mean = open_.peek(closed_to_, origin);
    if (!mean) return std::nullopt;
    return Since{*mean, std::min(1.0, static_cast<double>((origin - closed_to_).count()) / static_cast<double>(step.count()))};
  }

  // The newest closed step; meaningless before the first.
  std::int64_t newest() const { return next_ ? *next_ - 1 : -1; }
  bool begun() const { return next_.has_value(); }

 private:
  // Closes every step before `k`; the last of them ends at `end`.
  template <class Push>
  void close_until(std::int64_t k, Instant end, Duration step, Push push) {
    if (!next_) return;
    const auto end_of = [&](std::int64_t s) { return s == k - 1 ? end : Instant((s + 1) * step); };
    // After a silence longer than anything that is remembered, nothing of it need be told step by step.
    constexpr std::int64_t kLongest = 2300;
    if (k - *next_ > kLongest && !(!open_.empty() && open_step_ >= k - kLongest)) {
      if (!open_.empty()) close_open(end_of(open_step_), push);
      if (*next_ < k - kLongest) next_ = k - kLongest, closed_to_ = Instant(*next_ * step);
    }
    while (*next_ < k) {
      if (!open_.empty() && open_step_ == *next_) {
        close_open(end_of(*next_), push);
      } else {
        push(Sample{}, false);
        closed_to_ = end_of(*next_);
        ++*next_;
      }
    }
  }

  template <class Push>
  void close_open(Instant end, Push push) {
    const std::optional<Sample> closed = open_.close(closed_to_, end);
    push(closed.value_or(Sample{}), closed.has_value());
    closed_to_ = end;
    next_ = ++open_step_;  // where the open step goes on with what ended later
  }

  std::optional<std::int64_t> next_;  // the first step not closed yet
  Instant closed_to_;                 // what ended by then is closed
  OpenStep open_;
  std::int64_t open_step_ = 0;
};

}  // namespace headroom
