#include "headroom/accuracy/limits.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "headroom/forecast/sorted_window.h"

namespace headroom {
namespace {

constexpr int kCalmSteps = 3;  // before an onset

// The p-quantile of what was known up to and including `last`, linear between neighbours; NaN with no more than `fewest`.
double own_quantile(const Truth& truth, std::int64_t last, double p, int fewest) {
  std::vector<double> known;
  for (std::int64_t k = truth.first(); k <= last; ++k)
    if (!std::isnan(truth.at(k))) known.push_back(truth.at(k));
  if (known.size() <= static_cast<std::size_t>(std::max(0, fewest))) return std::nan("");
  std::sort(known.begin(), known.end());
  return quantile_of_sorted<double>(known, p);
}

// A limit may be a value that a series takes again and again: what equals it but for rounding is not over it.
double beyond_rounding(double limit) { return limit + 1e-6 * std::max(1.0, limit); }

// In the units of the truth; NaN where the series has no such limit.
double amount(const Limit& limit, const JudgedForecast& f, int least_samples) {
  if (!limit.own) return f.truth.has_allocation() ? beyond_rounding(100 * limit.at) : std::nan("");
  if (f.idle) return std::nan("");
  const double own = own_quantile(f.truth, f.first_origin, limit.at, least_samples);
  return own > f.scale ? beyond_rounding(own) : std::nan("");
}

std::vector<std::int64_t> onsets_over(const Truth& truth, double limit) {
  std::vector<std::int64_t> onsets;
  int calm = 0;  // known steps in a row, not over the limit
  for (std::int64_t k = truth.first(); k < truth.end(); ++k) {
    const double y = truth.at(k);
    if (y > limit && calm >= kCalmSteps) onsets.push_back(k);
    calm = y <= limit ? calm + 1 : 0;
  }
  return onsets;
}

struct Onset {
  std::int64_t at;
  bool seen = false;
  std::array<int, AlarmTally::kAlarmLevels> lead{};  // of the earliest alarm; 0: none
};

// One series under one limit: what is known of its onsets, by target.
struct LimitedSeries {
  double limit = std::nan("");
  std::vector<std::int64_t> onsets;
  struct Watch {
    std::vector<Onset> onsets;
    bool calm = false;  // some origin was not over the limit: a series that always is has no alarms
  };
  std::map<std::size_t, Watch> by_target;
};

void count(AlarmTally::Counts& counts, const ScoredQuantiles& q, double limit, bool event) {
  for (std::size_t l = 0; l < AlarmTally::kAlarmLevels; ++l) {
    if (q[l + 1] <= limit) continue;
    ++counts.alarms[l];
    if (event) ++counts.hits[l];
  }
  counts.ranked.add(exceedance(q, limit), event);
}

void watch(LimitedSeries::Watch& watch, const JudgedForecast& f, double limit) {
  auto onset = std::upper_bound(watch.onsets.begin(), watch.onsets.end(), f.origin,
                                [](std::int64_t origin, const Onset& o) { return origin < o.at; });
  for (; onset != watch.onsets.end() && onset->at <= f.origin + f.what.steps; ++onset) {
    onset->seen = true;
    for (std::size_t l = 0; l < AlarmTally::kAlarmLevels; ++l)
      if (onset->lead[l] == 0 && f.said[l + 1] > limit) onset->lead[l] = static_cast<int>(onset->at - f.origin);
  }
}

void settle(const LimitedSeries::Watch& watch, AlarmTally& tally) {
  if (!watch.calm) return;
  for (const Onset& onset : watch.onsets) {
    if (!onset.seen) continue;
    ++tally.onsets;
    for (std::size_t l = 0; l < AlarmTally::kAlarmLevels; ++l)
      if (onset.lead[l] > 0) ++tally.leads[l][static_cast<std::size_t>(onset.lead[l])];
  }
}

}  // namespace

struct LimitScorer::State {
  using Key = std::tuple<std::size_t, std::size_t, std::size_t>;  // resource, target, limit

  LimitedSeries& series(const JudgedForecast& f, std::size_t limit);
  LimitTally& tally(const JudgedForecast& f, std::size_t limit);

  std::vector<Limit> limits;
  int least_samples = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<LimitedSeries>> all;  // by VM and resource; by limit
  std::map<Key, LimitTally> tallies;
};

LimitedSeries& LimitScorer::State::series(const JudgedForecast& f, std::size_t limit) {
  auto& of = all[{f.vm, index(f.resource)}];
  if (of.empty()) {
    of.resize(limits.size());
    for (std::size_t i = 0; i < limits.size(); ++i) {
      of[i].limit = amount(limits[i], f, least_samples);
      if (!std::isnan(of[i].limit)) of[i].onsets = onsets_over(f.truth, of[i].limit);
    }
  }
  return of[limit];
}

LimitTally& LimitScorer::State::tally(const JudgedForecast& f, std::size_t limit) {
  LimitTally& tally = tallies[{index(f.resource), f.target, limit}];
  if (tally.alarms.leads[0].empty()) {
    tally.resource = f.resource;
    tally.target = f.what;
    tally.limit = limits[limit];
    for (auto& leads : tally.alarms.leads) leads.resize(static_cast<std::size_t>(f.what.steps) + 1);
  }
  return tally;
}

LimitScorer::LimitScorer(std::vector<Limit> limits, int least_samples) : state_(std::make_unique<State>()) {
  state_->limits = std::move(limits);
  state_->least_samples = least_samples;
}
LimitScorer::~LimitScorer() = default;
LimitScorer::LimitScorer(LimitScorer&&) noexcept = default;

void LimitScorer::take(const JudgedForecast& f) {
  for (std::size_t i = 0; i < state_->limits.size(); ++i) {
    LimitedSeries& series = state_->series(f, i);
    const double limit = series.limit;
    if (std::isnan(limit)) continue;
    LimitTally& tally = state_->tally(f, i);
    const auto [watched, fresh] = series.by_target.try_emplace(f.target);
    if (fresh) {
      ++tally.series;
      for (std::int64_t at : series.onsets) watched->second.onsets.push_back({at, false, {}});
    }
    const bool event = f.came > limit;
    tally.reliability.add(f.exceedance(limit), event);
    watch(watched->second, f, limit);
    if (f.now > limit) continue;
    watched->second.calm = true;
    ++tally.alarms.forecasts;
    if (event) ++tally.alarms.events;
    count(tally.alarms.own, f.said, limit, event);
    count(tally.alarms.naive, f.naive, limit, event);
  }
}

std::vector<LimitTally> LimitScorer::finish() {
  for (auto& [of, by_limit] : state_->all)
    for (std::size_t i = 0; i < by_limit.size(); ++i)
      for (auto& [target, watch] : by_limit[i].by_target) settle(watch, state_->tallies[{of.second, target, i}].alarms);
  std::vector<LimitTally> tallies;
  for (auto& [key, tally] : state_->tallies) tallies.push_back(std::move(tally));
  return tallies;
}

}  // namespace headroom
