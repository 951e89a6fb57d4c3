#include "headroom/forecast/simple.h"

#include <algorithm>
#include <cmath>

#include "headroom/base/check.h"
#include "headroom/forecast/series.h"
#include "prior.h"
#include "residuals.h"
#include "step_feed.h"

namespace headroom {
namespace {

constexpr std::size_t kFewestErrors = 50;

Band around(float now, const Residuals& residuals) {
  Band band = Band::certain(now);
  if (residuals.known() < kFewestErrors) return band;
  for (std::size_t l = 0; l < kLevelCount; ++l) band.at[l] = std::max(0.0F, now + residuals.quantiles()[l]);
  return band;
}

}  // namespace

struct SimpleForecaster::Past {
  void push(float value) {
    values.push(value);
    if (std::isnan(value)) return;
    now = value;
    ++known;
  }
  PastValues values;
  float now = std::nanf("");
  std::int64_t known = 0;
  std::vector<Residuals> residuals;  // NaiveRe: value and peak of each horizon
};

struct SimpleForecaster::VmState {
  void push(const Sample* sample) {
    for (Resource r : kAllResources) {
      const double used = sample != nullptr ? sample->used[index(r)] : std::nan("");
      past[index(r)].push(std::isfinite(used) ? static_cast<float>(std::max(0.0, used)) : std::nanf(""));
    }
  }
  StepFeed feed;
  std::array<Past, kResourceCount> past;
};

SimpleForecaster::SimpleForecaster(Horizons horizons, Duration step) : horizons_(std::move(horizons)), step_(step) {
  HEADROOM_CHECK(step_ > Duration::zero(), "a step is longer than nothing");
  for (Duration h : horizons_)
    HEADROOM_CHECK(h >= step_ && h <= kStepsPerWeek * step_, "a horizon is a step at least and 2016 steps at most");
}

SimpleForecaster::~SimpleForecaster() = default;

SimpleForecaster::VmState& SimpleForecaster::state_of(VmId vm) {
  auto& state = vms_[vm];
  if (state == nullptr) state = std::make_unique<VmState>();
  return *state;
}

void SimpleForecaster::observe(const VmSample& sample) {
  VmState& state = state_of(sample.vm);
  const auto step = std::chrono::floor<Duration>(sample.sample.at).time_since_epoch() / step_;
  state.feed.take(step, sample.sample, [&](std::int64_t, const Sample* s) { state.push(s); });
}

void SimpleForecaster::forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) {
  out.resize(vms.size());
  for (std::size_t i = 0; i < vms.size(); ++i) {
    VmState& state = state_of(vms[i]);
    state.feed.close(origin.time_since_epoch() / step_, [&](std::int64_t, const Sample* s) { state.push(s); });
    out[i].vm = vms[i];
    out[i].origin = origin;
    out[i].state = ForecastState::kNone;
    for (Resource r : kAllResources) {
      Past& past = state.past[index(r)];
      auto& outlook = out[i].outlook[index(r)];
      outlook.resize(horizons_.size());
      if (past.known == 0) {
        const Band prior = prior_band(r, 0);
        std::fill(outlook.begin(), outlook.end(), Outlook{prior, prior});
        continue;
      }
      const bool learning = past.known < kStepsPerDay || out[i].state == ForecastState::kLearning;
      out[i].state = learning ? ForecastState::kLearning : ForecastState::kReady;
      for (std::size_t h = 0; h < horizons_.size(); ++h) outlook[h] = look(past, h);
    }
  }
}

Outlook LastValue::look(Past& past, std::size_t) const {
  return {Band::certain(past.now), Band::certain(past.now)};
}

Outlook SeasonalNaive::look(Past& past, std::size_t horizon) const {
  const int ahead = steps(horizon);
  const std::int64_t day = (ahead + kStepsPerDay - 1) / kStepsPerDay * kStepsPerDay;
  auto seen = [&](int step) {  // what was seen whole days before origin + step
    const std::int64_t at = past.values.pushed - 1 + step - day;
    const float x = at >= 0 ? past.values.at(at) : past.now;
    return std::isnan(x) ? past.now : x;
  };
  float highest = 0;
  for (int step = 1; step <= ahead; ++step) highest = std::max(highest, seen(step));
  return {Band::certain(seen(ahead)), Band::certain(highest)};
}

Outlook NaiveRe::look(Past& past, std::size_t horizon) const {
  if (past.residuals.empty())
    for (std::size_t h = 0; h < horizons().size(); ++h) {
      past.residuals.emplace_back(Head{steps(h), false});
      past.residuals.emplace_back(Head{steps(h), true});
    }
  Residuals& value = past.residuals[2 * horizon];
  value.renew(past.values);
  Outlook outlook;
  outlook.value = around(past.now, value);
  if (steps(horizon) == 1) {
    outlook.peak = outlook.value;
    return outlook;
  }
  Residuals& peak = past.residuals[2 * horizon + 1];
  peak.renew(past.values);
  outlook.peak = around(past.now, peak);
  return outlook;
}

}  // namespace headroom
