#include "headroom/forecast/series.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace headroom {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Changes below these are measuring noise: s never falls under them. Base units: 1 millicore, 1 MiB, 100 B/s.
constexpr std::array<double, kResourceCount> kScaleFloor{1, 1 << 20, 100, 100};
constexpr double kJumpScales = 2;

bool known(float x) { return !std::isnan(x); }

float lifted(float used, float stalled, float most) {
  const float wanted = used * (1 + static_cast<float>(kStallLift) * stalled);
  return most > 0 ? std::min(wanted, std::max(used, most)) : wanted;
}

}  // namespace

template <int Capacity>
float SortedWindow<Capacity>::quantile(double p) const {
  if (size_ == 0) return std::numeric_limits<float>::quiet_NaN();
  const double place = p * (size_ - 1);
  const int below = static_cast<int>(place);
  const float low = (*this)[below];
  const float high = (*this)[std::min(below + 1, size_ - 1)];
  return low + static_cast<float>(place - below) * (high - low);
}

template <int Capacity>
int SortedWindow<Capacity>::rank(float value) const {
  return static_cast<int>(std::lower_bound(value_.begin(), value_.begin() + size_, value) - value_.begin());
}

template <int Capacity>
void SortedWindow<Capacity>::insert(float value) {
  const auto place = static_cast<std::size_t>(rank(value));
  std::memmove(&value_[place] + 1, &value_[place], (static_cast<std::size_t>(size_) - place) * sizeof(float));
  value_[place] = value;
  ++size_;
}

template <int Capacity>
void SortedWindow<Capacity>::erase(float value) {
  const auto place = static_cast<std::size_t>(rank(value));
  --size_;
  std::memmove(&value_[place], &value_[place] + 1, (static_cast<std::size_t>(size_) - place) * sizeof(float));
}

template class SortedWindow<kStepsPerDay>;
template class SortedWindow<kStepsPerWeek>;

Series::Series(Resource resource)
    : floor_(kScaleFloor[index(resource)]), closed_high_(-kInfinity), closed_low_(kInfinity) {
  block_high_.fill(-kInfinity);
  block_low_.fill(kInfinity);
}

void Series::push(float used, float stalled, double most) {
  const float share = std::clamp(std::isnan(stalled) ? 0.0F : stalled, 0.0F, 1.0F);
  const float value = known(used) ? lifted(std::max(0.0F, used), share, static_cast<float>(most)) : kMissing;
  if (pushed_ % kBlock == 0) close_block();
  if (known(value)) note_burst(value);
  slide_sums(value);
  slide_sorted(value);
  ring_[slot(pushed_)] = value;
  stalls_[static_cast<std::size_t>(pushed_ % kStepsPerHour)] = share;
  stalled_bits_ = (stalled_bits_ << 1) | (share > 0 ? 1U : 0U);
  ++jump_age_;
  if (known(value)) {
    const auto block = slot(pushed_) / kBlock;
    block_high_[block] = std::max(block_high_[block], value);
    block_low_[block] = std::min(block_low_[block], value);
    if (has_value() && std::fabs(value - now_) > kJumpScales * scale()) jump_age_ = 0;
    now_ = value;
    highest_ever_ = std::max(highest_ever_, value);
    last_valid_ = pushed_;
  }
  ++pushed_;
}

// Removes what leaves each window and adds what enters it. A change counts only between adjacent known steps; the one
// that leaves is worked out again from the ring, so nothing but the ring is stored.
void Series::slide_sums(float value) {
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const float leaving = at(kWindows[i] - 1);
    if (known(leaving)) sums_[i].drop(leaving);
    if (known(value)) sums_[i].add(value);
  }
  const float change = std::fabs(value - at(0));
  for (std::size_t i = 0; i < kChangeWindows.size(); ++i) {
    const float leaving = std::fabs(at(kChangeWindows[i] - 1) - at(kChangeWindows[i]));
    if (known(leaving)) changes_[i].drop(leaving);
    if (known(change)) changes_[i].add(change);
  }
  week_count_ = sums_.back().count;
}

void Series::slide_sorted(float value) {
  const float day_old = at(kStepsPerDay - 1);
  if (known(day_old)) day_.erase(day_old);
  if (known(value)) day_.insert(value);
  if (pushed_ % 7 != 0) return;
  const float week_old = at(kStepsPerWeek - 1);
  if (known(week_old)) week_.erase(week_old);
  if (known(value)) week_.insert(value);
}

// Measured against the day before the step.
void Series::note_burst(float value) {
  const bool high = day_.size() >= kStepsPerHour && value > day_.quantile(0.9) + scale();
  if (high && !bursting_) {
    std::copy_backward(bursts_.begin(), bursts_.end() - 1, bursts_.end());
    bursts_[0] = pushed_;
  }
  bursting_ = high;
}

// Called when a block of the ring starts anew: the one before it is whole, the oldest is about to be overwritten.
void Series::close_block() {
  const std::size_t opening = slot(pushed_) / kBlock;
  block_high_[opening] = -kInfinity;
  block_low_[opening] = kInfinity;
  closed_high_ = -kInfinity;
  closed_low_ = kInfinity;
  constexpr std::size_t kBlocks = kRing / kBlock;
  for (std::size_t back = 1; back < kStepsPerWeek / kBlock; ++back) {
    const std::size_t block = (opening + kBlocks - back) % kBlocks;
    closed_high_ = std::max(closed_high_, block_high_[block]);
    closed_low_ = std::min(closed_low_, block_low_[block]);
  }
}

float Series::week_high() const {
  return pushed_ == 0 ? -kInfinity : std::max(closed_high_, block_high_[slot(pushed_ - 1) / kBlock]);
}

float Series::week_low() const {
  return pushed_ == 0 ? kInfinity : std::min(closed_low_, block_low_[slot(pushed_ - 1) / kBlock]);
}

double Series::scale() const {
  const Sum& day = changes_.back();
  return floor_ + (day.count > 0 ? std::max(0.0, day.total / day.count) : 0.0);
}

bool Series::constant() const {
  return day_.size() >= kStepsPerDay * 3 / 4 && week_count_ >= kStepsPerDay && week_low() == week_high();
}

int Series::copy_week(std::span<float, kStepsPerWeek> out) const {
  const auto steps = static_cast<std::size_t>(std::min<std::int64_t>(pushed_, kStepsPerWeek));
  const std::size_t first = slot(pushed_ - static_cast<std::int64_t>(steps));
  const std::size_t before_the_end = std::min(steps, static_cast<std::size_t>(kRing) - first);
  std::copy_n(ring_.begin() + static_cast<std::ptrdiff_t>(first), before_the_end, out.begin());
  std::copy_n(ring_.begin(), steps - before_the_end, out.begin() + static_cast<std::ptrdiff_t>(before_the_end));
  return static_cast<int>(steps);
}

float Series::stalled_share(int steps) const {
  const auto n = static_cast<int>(std::min<std::int64_t>(std::min(steps, kStepsPerHour), pushed_));
  float sum = 0;
  for (int back = 0; back < n; ++back)
    sum += stalls_[static_cast<std::size_t>((pushed_ - 1 - back) % kStepsPerHour)];
  return n > 0 ? sum / static_cast<float>(n) : 0;
}

// Walks the ring a value at a time to the next block border, then by blocks.
float Series::highest(int from, int to) const {
  float best = -kInfinity;
  std::int64_t step = std::max<std::int64_t>({pushed_ - 1 - from, 0, pushed_ - kRing});
  const std::int64_t last = pushed_ - 1 - to;
  while (step <= last) {
    if (step % kBlock == 0 && step + kBlock - 1 <= last) {
      best = std::max(best, block_high_[slot(step) / kBlock]);
      step += kBlock;
    } else {
      const float value = ring_[slot(step++)];
      best = value > best ? value : best;  // false for NaN
    }
  }
  return best == -kInfinity ? kMissing : best;
}

float Series::lowest(int from, int to) const {
  float best = kInfinity;
  std::int64_t step = std::max<std::int64_t>({pushed_ - 1 - from, 0, pushed_ - kRing});
  const std::int64_t last = pushed_ - 1 - to;
  while (step <= last) {
    if (step % kBlock == 0 && step + kBlock - 1 <= last) {
      best = std::min(best, block_low_[slot(step) / kBlock]);
      step += kBlock;
    } else {
      const float value = ring_[slot(step++)];
      best = value < best ? value : best;
    }
  }
  return best == kInfinity ? kMissing : best;
}

double Series::mean(int window) const {
  for (std::size_t i = 0; i < kWindows.size(); ++i)
    if (kWindows[i] == window) return sums_[i].mean();
  return static_cast<double>(kMissing);
}

double Series::mean_change(int window) const {
  for (std::size_t i = 0; i < kChangeWindows.size(); ++i)
    if (kChangeWindows[i] == window) return changes_[i].mean();
  return static_cast<double>(kMissing);
}

}  // namespace headroom
