#include "rows.h"

#include <algorithm>
#include <cmath>

#include "splitmix.h"

namespace headroom {
namespace {

constexpr float kMissing = __builtin_nanf("");
constexpr int kNewbornSteps = 2 * kStepsPerDay;  // how long the second, forgetful reading of each VM lasts
constexpr double kConstantShare = 0.2;           // of the rows of a series that did not move for a day

double unit(std::uint64_t x) { return static_cast<double>(splitmix64(x) >> 11) * 0x1.0p-53; }

// The window in steps: origins in [first, end), and nothing that trains may reach `held` or beyond. What is beyond
// serves as `held_use`.
struct Window {
  std::int64_t first, held, end;
  RowUse held_use;
};

class Sampler {
 public:
  Sampler(const TrainOptions& options, const std::vector<Head>& heads) : options_(options), heads_(heads) {}

  void read(const TrainingVm& vm, std::uint64_t number, const Window& window);
  TrainingRows finish() { rows_.count = keys_.size(); return std::move(rows_); }
  std::size_t count() const { return keys_.size(); }

 private:
  void replay(const TrainingVm& vm, std::uint64_t salt, std::int64_t from, std::int64_t to, const Window& window);
  void consider(const TrainingVm& vm, const VmSeries& series, Resource r, std::int64_t step, std::uint64_t salt,
                const Window& window);
  void thin_out();

  const TrainOptions& options_;
  const std::vector<Head>& heads_;
  double keep_below_ = 1;  // a row stays while its random key is below this; lowered when the table is full
  std::vector<double> keys_;
  TrainingRows rows_;
};

std::int64_t step_of(Instant t, Duration step) { return t.time_since_epoch() / step; }
std::size_t slots(const TrainingVm& vm) {
  std::size_t n = 0;
  for (const auto& d : vm.demand) n = std::max(n, d.size());
  return n;
}
float value_at(const std::vector<float>& x, std::int64_t i) {
  return i >= 0 && i < static_cast<std::int64_t>(x.size()) ? x[static_cast<std::size_t>(i)] : kMissing;
}

// The truth of a head for origin index `i`: NaN when a sample is missing or its demand was held back. Long peaks
// forgive one missing step in twenty.
float truth(const TrainingVm& vm, Resource r, std::int64_t i, const Head& head) {
  const auto& demand = vm.demand[index(r)];
  const auto& stalled = vm.stalled[index(r)];
  auto unknown = [&](std::int64_t k) { return std::isnan(value_at(demand, k)) || value_at(stalled, k) > 0; };
  if (!head.peak) return unknown(i + head.steps) ? kMissing : value_at(demand, i + head.steps);
  if (i + head.steps >= static_cast<std::int64_t>(demand.size())) return kMissing;
  float highest = 0;
  int missing = 0;
  for (std::int64_t k = i + 1; k <= i + head.steps; ++k) {
    if (unknown(k)) ++missing;
    else highest = std::max(highest, value_at(demand, k));
  }
  return missing * 20 > head.steps ? kMissing : highest;
}

void Sampler::read(const TrainingVm& vm, std::uint64_t number, const Window& window) {
  const std::int64_t start = step_of(vm.start, options_.step);
  const std::int64_t end = std::min(window.end, start + static_cast<std::int64_t>(slots(vm)));
  const std::uint64_t salt = splitmix64(options_.seed * 1'000'003 + number);
  replay(vm, salt, start, end, window);
  // Once more from a random moment as if born there, so that the model knows what little history looks like.
  const std::int64_t from = std::max(start, window.first);
  if (end - from > kNewbornSteps) {
    const auto birth = from + static_cast<std::int64_t>(unit(salt ^ 77) * static_cast<double>(end - from - kNewbornSteps));
    replay(vm, splitmix64(salt), birth, birth + kNewbornSteps, window);
  }
  const Instant first(from * options_.step), last(end * options_.step);
  rows_.from = rows_.vms == 0 ? first : std::min(rows_.from, first);
  rows_.to = rows_.vms == 0 ? last : std::max(rows_.to, last);
  ++rows_.vms;
}

void Sampler::replay(const TrainingVm& vm, std::uint64_t salt, std::int64_t from, std::int64_t to,
                     const Window& window) {
  VmSeries series;
  series.ceiling = vm.ceiling;
  const std::int64_t start = step_of(vm.start, options_.step);
  for (std::int64_t step = from; step < to; ++step) {
    for (Resource r : kAllResources) {
      const float stalled = value_at(vm.stalled[index(r)], step - start);
      series[r].push(value_at(vm.demand[index(r)], step - start), std::isnan(stalled) ? 0 : stalled, vm.ceiling[index(r)]);
    }
    if (step < window.first) continue;
    for (Resource r : kAllResources) consider(vm, series, r, step, salt, window);
  }
}

void Sampler::consider(const TrainingVm& vm, const VmSeries& series, Resource r, std::int64_t step,
                       std::uint64_t salt, const Window& window) {
  const Series& own = series[r];
  if (!own.has_value() || own.steps_since_value() > 0) return;
  double key = unit(salt ^ static_cast<std::uint64_t>(step * 4 + static_cast<std::int64_t>(index(r))));
  if (key >= keep_below_) return;
  const bool still = own.lowest(kStepsPerDay - 1, 0) == own.highest(kStepsPerDay - 1, 0);
  if (still && kStepsPerDay - own.missing(kStepsPerDay) > kStepsPerHour) key /= kConstantShare;
  if (key >= keep_below_) return;
  const bool held_out = step >= window.held;
  const std::int64_t limit = held_out ? window.end : window.held;
  const std::int64_t start = step_of(vm.start, options_.step);
  std::vector<float> targets(heads_.size(), kMissing);
  bool any = false;
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (step + heads_[h].steps >= limit) continue;
    const float y = truth(vm, r, step - start, heads_[h]);
    if (std::isnan(y)) continue;
    targets[h] = to_z(y, own.now(), own.scale());
    any = true;
  }
  if (!any) return;
  rows_.features.resize(rows_.features.size() + kFeatureCount);
  compute_features(series, r, step, std::span(rows_.features).last(kFeatureCount));
  rows_.targets.insert(rows_.targets.end(), targets.begin(), targets.end());
  rows_.use.push_back(held_out ? window.held_use : RowUse::kGrow);
  keys_.push_back(key);
  if (keys_.size() >= options_.max_rows) thin_out();
}

void Sampler::thin_out() {
  keep_below_ *= 0.85;
  std::size_t kept = 0;
  const std::size_t heads = heads_.size();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] >= keep_below_) continue;
    if (kept != i) {
      std::copy_n(&rows_.features[i * kFeatureCount], kFeatureCount, &rows_.features[kept * kFeatureCount]);
      std::copy_n(&rows_.targets[i * heads], heads, &rows_.targets[kept * heads]);
      rows_.use[kept] = rows_.use[i];
      keys_[kept] = keys_[i];
    }
    ++kept;
  }
  rows_.features.resize(kept * kFeatureCount);
  rows_.targets.resize(kept * heads);
  rows_.use.resize(kept);
  keys_.resize(kept);
}

}  // namespace

std::vector<Head> heads_of(const std::vector<int>& horizon_steps) {
  std::vector<Head> heads;
  for (int steps : horizon_steps) heads.push_back({steps, false});
  for (int steps : horizon_steps)
    if (steps != 1) heads.push_back({steps, true});
  return heads;
}

Result<TrainingRows> sample_rows(const TrainingSource& source, const TrainOptions& options,
                                 const std::vector<Head>& heads) {
  Sampler sampler(options, heads);
  std::uint64_t number = 0;
  while (auto vm = source()) {
    const std::int64_t start = step_of(vm->start, options.step);
    Window window{std::max(step_of(options.from, options.step), start), 0, 0, number % 2 == 1 ? RowUse::kStop : RowUse::kScore};
    window.end = std::min(step_of(options.to, options.step), start + static_cast<std::int64_t>(slots(*vm)));
    window.held = window.end - std::min<std::int64_t>(2 * kStepsPerDay, (window.end - window.first) / 10);
    if (window.end <= window.first) continue;
    sampler.read(*vm, number++, window);
    if (options.progress && !options.progress(0, "reading " + vm->name))
      return fail(ErrorCode::kFailed, "training was cancelled");
  }
  return sampler.finish();
}

}  // namespace headroom
