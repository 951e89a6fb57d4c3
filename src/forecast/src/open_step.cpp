#include "headroom/forecast/open_step.h"

#include <algorithm>
#include <cmath>

#include "headroom/forecast/step_grid.h"

namespace headroom {
namespace {

float seconds_of(Duration d) { return static_cast<float>(d.count()) / 1000; }

}  // namespace

// Running means, so that equal samples give that very number.
void OpenStep::Mean::add(const Sample& sample, Duration covers) {
  any = true;
  for (std::size_t r = 0; r < kResourceCount; ++r) {
    if (!(std::fabs(sample.used[r]) < kMostBelievable)) continue;
    seconds[r] += seconds_of(covers);
    const float share = seconds_of(covers) / seconds[r];
    used[r] += (std::max(0.0, sample.used[r]) - used[r]) * static_cast<double>(share);
    stalled[r] += (sample.stalled[r] - stalled[r]) * share;
  }
}

Duration OpenStep::usual() const {
  const auto [a, b, c] = distances_;
  return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

void OpenStep::add(const Sample& sample, Duration step) {
  if (newest_ && sample.at < newest_->at) return add_late(sample, step);
  if (newest_ && sample.at == newest_->at) {
    newest_ = sample;
    return;
  }
  if (!last_at_) {
    distances_.fill(step);
    return put(sample, step, step);
  }
  const Duration distance = std::max(Duration(1), sample.at - *last_at_);
  distances_ = {distance, distances_[0], distances_[1]};
  const Duration covers = std::min(distance, usual());
  if (alone_) newest_covers_ = covers;
  alone_ = false;
  put(sample, covers, step);
}

void OpenStep::put(const Sample& sample, Duration covers, Duration step) {
  if (newest_) before_.add(*newest_, newest_covers_);
  newest_ = sample;
  newest_covers_ = covers;
  counted_ |= place_of(sample.at, step);
  last_at_ = sample.at;
}

void OpenStep::add_late(const Sample& sample, Duration step) {
  const std::uint64_t place = place_of(sample.at, step);
  if ((counted_ & place) != 0) return;
  counted_ |= place;
  // The distance to the newest was not what it seemed.
  const Duration distance = newest_->at - sample.at;
  distances_[0] = std::min(distances_[0], distance);
  newest_covers_ = std::min(newest_covers_, distance);
  before_.add(sample, usual());
}

std::optional<Sample> OpenStep::peek(Instant from, Instant to) const {
  const bool ahead = ahead_of(to);
  const float half = seconds_of(to - from) / 2;
  if (!before_.any) return newest_ && !ahead && seconds_of(newest_covers_) >= half ? newest_ : std::nullopt;
  Mean all = before_;
  if (newest_ && !ahead) all.add(*newest_, newest_covers_);
  Sample mean{to, all.used, all.stalled, true};
  for (std::size_t r = 0; r < kResourceCount; ++r)
    if (all.seconds[r] < half || all.seconds[r] == 0) mean.used[r] = std::nan("");
  return mean;
}

std::optional<Sample> OpenStep::close(Instant from, Instant to) {
  std::optional<Sample> closed = peek(from, to);
  const bool ahead = ahead_of(to);
  before_ = {};
  counted_ = 0;
  if (!ahead) newest_.reset();
  return closed;
}

}  // namespace headroom
