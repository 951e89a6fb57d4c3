#include "headroom/forecast/series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace headroom {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Changes below these are measuring noise: s never falls under them. Base units: 1 millicore, 1 MiB, 100 B/s.
constexpr std::array<float, kResourceCount> kScaleFloor{1, 1 << 20, 100, 100};
constexpr double kJumpScales = 2;
constexpr float kWholeStall = 255;  // in which a stall is kept
constexpr double kBurstLevel = 0.9;
static_assert(SortedDay::kMost == kStepsPerDay);

bool known(float x) { return !std::isnan(x); }

float lifted(float used, float stalled, float most) {
  const float wanted = used * (1 + static_cast<float>(kStallLift) * stalled);
  return most > 0 ? std::min(wanted, std::max(used, most)) : wanted;
}

template <std::size_t N>
constexpr std::size_t window_index(const std::array<int, N>& windows, int window) {
  return static_cast<std::size_t>(std::find(windows.begin(), windows.end(), window) - windows.begin());
}

// The known ones of some values, as sums side by side.
struct Sum {
  double total = 0;
  int count = 0;

  void add(std::span<const float> values) {
    constexpr std::size_t kLanes = 8;
    std::array<double, kLanes> totals{};
    std::array<int, kLanes> counts{};
    std::size_t i = 0;
    for (; i + kLanes <= values.size(); i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float x = values[i + lane];
        totals[lane] += x == x ? static_cast<double>(x) : 0.0;
        counts[lane] += x == x ? 1 : 0;
      }
    for (; i < values.size(); ++i)
      if (known(values[i])) total += static_cast<double>(values[i]), ++count;
    for (std::size_t lane = 0; lane < kLanes; ++lane) total += totals[lane], count += counts[lane];
  }
};

// Sums over the last steps before `end`, for windows that ascend.
template <std::size_t N>
void sum_windows(const std::array<int, N>& windows, const float* end, std::array<double, N>& sums,
                 std::array<std::int16_t, N>& counts) {
  Sum sum;
  int summed = 0;
  for (std::size_t i = 0; i < N; summed = windows[i++]) {
    sum.add({end - windows[i], end - summed});
    sums[i] = sum.total;
    counts[i] = static_cast<std::int16_t>(sum.count);
  }
}

}  // namespace

Series::Series(Resource resource)
    : floor_(kScaleFloor[index(resource)]), closed_high_(-kInfinity), closed_low_(kInfinity), open_high_(-kInfinity),
      open_low_(kInfinity) {
  week_quantiles_.fill(kMissing);
  exact_.fill(kMissing);
}

void Series::push(float used, float stalled, double most) {
  const float share = std::clamp(std::isnan(stalled) ? 0.0F : stalled, 0.0F, 1.0F);
  const float value = known(used) ? lifted(std::max(0.0F, used), share, static_cast<float>(most)) : kMissing;
  if (known(value)) note_burst(value);
  slide_sums(value);
  exact_[place(pushed_)] = value;
  stalls_[static_cast<std::size_t>(pushed_ % kStepsPerHour)] = static_cast<std::uint8_t>(std::lround(kWholeStall * share));
  stalled_bits_ = (stalled_bits_ << 1) | (share > 0 ? 1U : 0U);
  ++jump_age_;
  if (known(value)) {
    open_high_ = std::max(open_high_, value);
    open_low_ = std::min(open_low_, value);
    if (has_value() && std::fabs(value - now_) > kJumpScales * scale()) jump_age_ = 0;
    now_ = value;
    highest_ever_ = std::max(highest_ever_, value);
    last_valid_ = pushed_;
  }
  ++pushed_;
  if (pushed_ % kBlockSteps == 0) turn_block();
  if (pushed_ % 7 == 1) sort_week();
}

void Series::go_on(float used, double share, float stalled, double most) {
  if (!known(used) || !has_value() || steps_since_value() > 0) return;
  const float held_back = std::clamp(std::isnan(stalled) ? 0.0F : stalled, 0.0F, 1.0F);
  const float fresh = lifted(std::max(0.0F, used), held_back, static_cast<float>(most)), old = at(0), before = at(1);
  const float value = old + static_cast<float>(share) * (fresh - old);
  for (std::size_t i = 0; i < kWindows.size(); ++i) sums_[i] += static_cast<double>(value) - static_cast<double>(old);
  if (known(before))
    for (std::size_t i = 0; i < kChangeWindows.size(); ++i)
      changes_[i] += static_cast<double>(std::fabs(value - before)) - static_cast<double>(std::fabs(old - before));
  exact_[place(pushed_ - 1)] = value;
  if (held_back > 0) stalled_bits_ |= 1U;
  open_high_ = std::max(open_high_, value);
  open_low_ = std::min(open_low_, value);
  if (known(before) && std::fabs(value - before) > kJumpScales * scale()) jump_age_ = 0;
  now_ = value;
  highest_ever_ = std::max(highest_ever_, value);
}

// Removes what leaves each window and adds what enters it. A change counts only between adjacent known steps; the one
// that leaves is worked out again from the steps, so that it need not be stored.
void Series::slide_sums(float value) {
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const float leaving = at(kWindows[i] - 1);
    if (known(leaving)) sums_[i] -= static_cast<double>(leaving), --counts_[i];
    if (known(value)) sums_[i] += static_cast<double>(value), ++counts_[i];
  }
  const float change = std::fabs(value - at(0));
  for (std::size_t i = 0; i < kChangeWindows.size(); ++i) {
    const float leaving = std::fabs(at(kChangeWindows[i] - 1) - at(kChangeWindows[i]));
    if (known(leaving)) changes_[i] -= static_cast<double>(leaving), --change_counts_[i];
    if (known(change)) changes_[i] += static_cast<double>(change), ++change_counts_[i];
  }
}

// A block is full. The one before it is coded; only now, so that an hour and more stays exact.
void Series::turn_block() {
  const std::int64_t coded = pushed_ - 2 * kBlockSteps;
  if (coded >= 0) {
    CodedBlock::Values values;
    std::copy_n(exact_.begin() + static_cast<std::ptrdiff_t>(place(coded)), kBlockSteps, values.begin());
    blocks_[static_cast<std::size_t>(coded / kBlockSteps) % kBlocks] = CodedBlock(values);
  }
  closed_high_ = open_high_, closed_low_ = open_low_;
  open_high_ = -kInfinity, open_low_ = kInfinity;
  // All blocks but the two oldest, which are about to leave the week.
  for (std::int64_t block = 2; block < kBlocks && pushed_ >= block * kBlockSteps; ++block) {
    const CodedBlock& b = block_of(pushed_ - block * kBlockSteps);
    closed_high_ = std::max(closed_high_, b.highest());
    closed_low_ = std::min(closed_low_, b.lowest());
  }
  recount();
}

// Makes the sums anew from what is remembered: coding has changed it a little, and sums that are only ever added to and
// taken from drift.
void Series::recount() {
  std::array<float, kStepsPerWeek> week;
  read(kStepsPerWeek - 1, 0, week.data());
  sum_windows(kWindows, week.end(), sums_, counts_);
  std::array<float, kChangeWindows.back()> change;
  const float* const day = week.end() - change.size();
  for (std::size_t i = 0; i < change.size(); ++i) change[i] = std::fabs(day[i] - *(day + i - 1));
  sum_windows(kChangeWindows, change.end(), changes_, change_counts_);
}

void Series::sort_week() {
  std::array<float, kStepsPerDay> thinned;
  for (std::size_t i = 0; i < thinned.size(); ++i) thinned[i] = at(7 * static_cast<int>(i));
  const SortedDay sorted(thinned);
  for (std::size_t l = 0; l < kWeekLevels.size(); ++l) week_quantiles_[l] = sorted.quantile(kWeekLevels[l]);
}

SortedDay Series::day() const {
  std::array<float, kStepsPerDay> values;
  read(kStepsPerDay - 1, 0, values.data());
  return SortedDay(values);
}

// Measured against the day before the step.
void Series::note_burst(float value) {
  const bool high = is_burst(value);
  if (high && !bursting_) {
    std::copy_backward(bursts_.begin(), bursts_.end() - 1, bursts_.end());
    bursts_[0] = pushed_;
  }
  bursting_ = high;
}

// Whether the value is above the day's ninth decile by more than s. It is not as soon as more than a tenth of the day
// comes up to it less s, which the newest steps mostly tell; only else the order about the decile is looked for.
bool Series::is_burst(float value) const {
  const int count = counts_[window_index(kWindows, kStepsPerDay)];
  if (count < kStepsPerHour) return false;
  const double bar = static_cast<double>(value) - scale(), place = kBurstLevel * (count - 1);
  const int below = static_cast<int>(place);
  int reaching = 0;
  float under = -kInfinity, over = kInfinity;  // next to the bar
  constexpr int kNewest = 3 * kBlockSteps;
  std::array<float, kStepsPerDay> values;
  auto look_at = [&](int from, int to) {
    read(from, to, values.data());
    for (float x : std::span(values).first(static_cast<std::size_t>(from - to + 1))) {
      const bool reaches = x >= bar;
      reaching += reaches ? 1 : 0;
      if (reaches) over = std::min(over, x);
      else under = x > under ? x : under;  // false for NaN
    }
    return count - reaching > below;
  };
  if (!look_at(kNewest - 1, 0) || !look_at(kStepsPerDay - 1, kNewest)) return false;
  if (count - reaching > below + 1) return true;
  return value > under + static_cast<float>(place - below) * (over - under) + scale();
}

float Series::week_high() const { return std::max(closed_high_, open_high_); }
float Series::week_low() const { return std::min(closed_low_, open_low_); }

double Series::scale() const {
  const double mean = change_counts_.back() > 0 ? changes_.back() / change_counts_.back() : 0;
  return static_cast<double>(floor_) + std::max(0.0, mean);
}

bool Series::constant() const {
  return counts_[window_index(kWindows, kStepsPerDay)] >= kStepsPerDay * 3 / 4 && valid_in_week() >= kStepsPerDay &&
         week_low() == week_high();
}

int Series::copy_week(std::span<float, kStepsPerWeek> out) const {
  const int steps = static_cast<int>(std::min<std::int64_t>(pushed_, kStepsPerWeek));
  read(steps - 1, 0, out.data());
  return steps;
}

float Series::stalled_share(int steps) const {
  const auto n = static_cast<int>(std::min<std::int64_t>(std::min(steps, kStepsPerHour), pushed_));
  float sum = 0;
  for (int back = 0; back < n; ++back)
    sum += stalls_[static_cast<std::size_t>((pushed_ - 1 - back) % kStepsPerHour)];
  return n > 0 ? sum / kWholeStall / static_cast<float>(n) : 0;
}

int Series::missing(int steps) const {
  const std::size_t window = window_index(kWindows, steps);
  if (window < kWindows.size()) return steps - counts_[window];
  int n = 0;
  for (int back = 0; back < steps; ++back) n += known(at(back)) ? 0 : 1;
  return n;
}

// Calls on_block(block, first, last) and on_exact(value) for the steps first..last.
template <class OnBlock, class OnExact>
void Series::walk(std::int64_t first, std::int64_t last, OnBlock on_block, OnExact on_exact) const {
  std::int64_t step = first;
  for (const std::int64_t exact = first_exact(); step <= last && step < exact;) {
    const std::int64_t start = step / kBlockSteps * kBlockSteps;
    const std::int64_t end = std::min(last, start + kBlockSteps - 1);
    on_block(block_of(step), static_cast<int>(step - start), static_cast<int>(end - start));
    step = end + 1;
  }
  for (; step <= last; ++step) on_exact(exact_[place(step)]);
}

float Series::highest(int from, int to) const {
  float best = -kInfinity;
  walk(std::max<std::int64_t>(pushed_ - 1 - std::min(from, kStepsPerWeek - 1), 0), pushed_ - 1 - to,
       [&](const CodedBlock& block, int first, int last) { best = std::max(best, block.highest(first, last)); },
       [&](float value) { best = value > best ? value : best; });  // false for NaN
  return best == -kInfinity ? kMissing : best;
}

float Series::lowest(int from, int to) const {
  float best = kInfinity;
  walk(std::max<std::int64_t>(pushed_ - 1 - std::min(from, kStepsPerWeek - 1), 0), pushed_ - 1 - to,
       [&](const CodedBlock& block, int first, int last) { best = std::min(best, block.lowest(first, last)); },
       [&](float value) { best = value < best ? value : best; });
  return best == kInfinity ? kMissing : best;
}

void Series::read(int from, int to, float* out) const {
  std::int64_t first = pushed_ - 1 - from;
  for (; first < 0 && first <= pushed_ - 1 - to; ++first) *out++ = kMissing;
  walk(first, pushed_ - 1 - to,
       [&](const CodedBlock& block, int begin, int end) { block.read(begin, end, out), out += end - begin + 1; },
       [&](float value) { *out++ = value; });
}

double Series::mean(int window) const {
  const std::size_t i = window_index(kWindows, window);
  return i < kWindows.size() && counts_[i] > 0 ? sums_[i] / counts_[i] : static_cast<double>(kMissing);
}

double Series::mean_change(int window) const {
  const std::size_t i = window_index(kChangeWindows, window);
  return i < kChangeWindows.size() && change_counts_[i] > 0 ? changes_[i] / change_counts_[i] : static_cast<double>(kMissing);
}

}  // namespace headroom
