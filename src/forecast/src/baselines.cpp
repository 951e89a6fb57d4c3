#include "headroom/forecast/baselines.h"

#include <algorithm>
#include <cmath>

#include "headroom/base/check.h"
#include "headroom/forecast/error_window.h"
#include "headroom/forecast/step_grid.h"

namespace headroom {
namespace {

constexpr float kMissing = __builtin_nanf("");

struct Past {  // of one series: enough to look back over the longest horizon and a day
  explicit Past(std::size_t length) : values(length, kMissing) {}
  void push(float value) { values[static_cast<std::size_t>(pushed++) % values.size()] = value; }
  float at(std::int64_t back) const {
    if (back < 0 || back >= pushed || back >= static_cast<std::int64_t>(values.size())) return kMissing;
    return values[static_cast<std::size_t>(pushed - 1 - back) % values.size()];
  }
  // Highest value from `from` to `to` steps back; NaN if any is missing.
  float highest(std::int64_t from, std::int64_t to) const {
    float best = 0;
    for (std::int64_t k = to; k <= from; ++k) {
      const float x = at(k);
      if (std::isnan(x)) return kMissing;
      best = std::max(best, x);
    }
    return best;
  }
  std::vector<float> values;
  std::int64_t pushed = 0;
};

}  // namespace

void LastValue::observe(const VmSample& s) {
  Sample& last = last_[s.vm];
  if (s.sample.at >= last.at) last = s.sample;
}

void LastValue::forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) {
  out.resize(vms.size());
  for (std::size_t i = 0; i < vms.size(); ++i) {
    const auto it = last_.find(vms[i]);
    out[i].vm = vms[i];
    out[i].origin = origin;
    out[i].state = it == last_.end() ? ForecastState::kNone : ForecastState::kReady;
    for (std::size_t k = 0; k < kResourceCount; ++k) {
      const Band band = Band::certain(it == last_.end() ? 0 : it->second.used[k]);
      out[i].outlook[k].assign(horizons_.size(), {band, band});
    }
  }
}

struct ErrorQuantile::VmState {
  VmState(std::size_t horizons, std::size_t past) {
    for (std::size_t k = 0; k < kResourceCount; ++k) {
      series.emplace_back(past);
      value_errors.emplace_back(horizons);
      peak_errors.emplace_back(horizons);
    }
  }
  StepGrid grid;
  std::vector<Past> series;
  std::vector<std::vector<ErrorWindow>> value_errors, peak_errors;  // [resource][horizon]
  std::array<double, kResourceCount> ceiling{};
};

ErrorQuantile::ErrorQuantile(Anchor anchor, Horizons horizons, Duration step)
    : anchor_(anchor), horizons_(std::move(horizons)), step_(step) {
  for (Duration h : horizons_) HEADROOM_CHECK(h >= step && h % step == Duration::zero(), "horizons are whole steps");
}
ErrorQuantile::~ErrorQuantile() = default;

ErrorQuantile::VmState& ErrorQuantile::state(VmId vm) {
  auto& found = vms_[vm];
  if (!found) {
    const auto longest = static_cast<std::size_t>(horizons_.back() / step_);
    found = std::make_unique<VmState>(horizons_.size(), longest + kStepsPerDay + 2);
  }
  return *found;
}

void ErrorQuantile::set_ceiling(VmId vm, const Resources& ceiling) {
  VmState& known = state(vm);
  for (Resource r : kAllResources) known.ceiling[index(r)] = static_cast<double>(ceiling[r]);
}

// Closes a step: the errors of the forecasts that were about it become known.
void ErrorQuantile::push(VmState& vm, const Sample& closed, bool known) const {
  for (std::size_t k = 0; k < kResourceCount; ++k) {
    Past& past = vm.series[k];
    past.push(known ? static_cast<float>(closed.used[k]) : kMissing);
    for (std::size_t h = 0; h < horizons_.size(); ++h) {
      const std::int64_t n = horizons_[h] / step_;
      const float peak = past.highest(n - 1, 0);
      if (anchor_ == Anchor::kLast) {
        vm.value_errors[k][h].push(past.at(0) - past.at(n));
        vm.peak_errors[k][h].push(peak - past.at(n));
      } else {
        vm.value_errors[k][h].push(past.at(0) - past.at(kStepsPerDay));
        vm.peak_errors[k][h].push(peak - past.highest(kStepsPerDay + n - 1, kStepsPerDay));
      }
    }
  }
}

void ErrorQuantile::observe(const VmSample& s) {
  VmState& vm = state(s.vm);
  vm.grid.observe(s.sample, step_, [&](const Sample& closed, bool known) { push(vm, closed, known); });
}

Outlook ErrorQuantile::outlook(const VmState& vm, std::size_t k, std::size_t h) const {
  const Past& past = vm.series[k];
  const std::int64_t n = horizons_[h] / step_;
  float last = past.at(0);
  for (std::int64_t back = 1; std::isnan(last) && back < kStepsPerDay; ++back) last = past.at(back);
  float value = last, peak = last;
  if (anchor_ == Anchor::kDayBefore) {
    const float then = past.at(kStepsPerDay - n), highest = past.highest(kStepsPerDay - 1, kStepsPerDay - n);
    value = std::isnan(then) ? last : then;
    peak = std::isnan(highest) ? last : highest;
  }
  const double cap = vm.ceiling[k] > 0 ? vm.ceiling[k] : 1e30;
  auto band = [cap](const ErrorWindow& errors, float anchor) { return errors.around(std::isnan(anchor) ? 0 : anchor, cap); };
  return {band(vm.value_errors[k][h], value), band(vm.peak_errors[k][h], peak)};
}

void ErrorQuantile::forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) {
  out.resize(vms.size());
  for (std::size_t i = 0; i < vms.size(); ++i) {
    VmState& vm = state(vms[i]);
    vm.grid.close_at(origin, step_, [&](const Sample& closed, bool known) { push(vm, closed, known); });
    out[i].vm = vms[i];
    out[i].origin = origin;
    out[i].state = vm.grid.begun() ? ForecastState::kReady : ForecastState::kNone;
    for (std::size_t k = 0; k < kResourceCount; ++k) {
      out[i].outlook[k].resize(horizons_.size());
      for (std::size_t h = 0; h < horizons_.size(); ++h) out[i].outlook[k][h] = outlook(vm, k, h);
    }
  }
}

}  // namespace headroom
