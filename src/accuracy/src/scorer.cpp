#include "headroom/accuracy/scorer.h"

#include <algorithm>
#include <cmath>

#include "headroom/base/check.h"
#include "naive_errors.h"
#include "outside.h"

namespace headroom {
namespace {

constexpr double kImputedLoss = 2;
constexpr std::size_t kQ10 = 0, kQ50 = 1, kQ90 = 2;

// A series that moves less than this a step is idle: errors in such a scale would outweigh all others.
double floor_of(Resource r) { return r == Resource::kCpu || r == Resource::kMemory ? 0.05 : 0.1; }

double pinball(double y, const ScoredQuantiles& q) {
  double sum = 0;
  for (std::size_t l = 0; l < kScoredCount; ++l) {
    const double d = y - q[l], p = kScoredLevels[l];
    sum += 2 * std::max(p * d, (p - 1) * d);
  }
  return sum / kScoredCount;
}

bool covers80(const ScoredQuantiles& q, double y, double slack) { return q[kQ10] <= y + slack && y <= q[kQ90] + slack; }

// Mean |change| between neighbouring steps up to and including `last`.
double scale_before(const Truth& truth, std::int64_t last, int least_pairs) {
  double sum = 0;
  std::int64_t pairs = 0;
  for (std::int64_t k = truth.first() + 1; k <= last; ++k) {
    const double change = std::abs(truth.at(k) - truth.at(k - 1));
    if (std::isnan(change)) continue;
    sum += change;
    ++pairs;
  }
  return pairs >= std::max(1, least_pairs) ? sum / static_cast<double>(pairs) : std::nan("");
}

// Calibration day by day: the counts of the day that is on, and the errors of those that were.
struct Days {
  std::int64_t day = -1, forecasts = 0, counted = 0;
  std::array<double, kScoredCount> below{}, at_or_below{}, errors{};

  void begin(std::int64_t next) {
    if (next == day) return;
    if (forecasts >= kFewestOfADay) {
      const auto n = static_cast<double>(forecasts);
      for (std::size_t l = 0; l < kScoredCount; ++l)
        errors[l] += outside(kScoredLevels[l], below[l] / n, at_or_below[l] / n);
      ++counted;
    }
    day = next;
    forecasts = 0;
    below = at_or_below = {};
  }
};

// One series under one target while forecasts come in: sums, not yet means.
struct Tally {
  SeriesScore sum;
  Days days;
  NaiveErrors naive;
  std::int64_t first = 0, next = 0;  // of the grid's origins, as steps

  // Quantiles sorted, in the units of the truth; `given` false: there was no forecast, `q` is naive-RE's.
  void take(double y, double now, const ScoredQuantiles& q, const ScoredQuantiles& base, bool given, std::int64_t day) {
    days.begin(day);
    ++days.forecasts;
    const double slack = 1e-6 * std::max(1.0, std::abs(y)), weight = given ? 1 : kImputedLoss;
    ++sum.forecasts;
    if (!given) ++sum.imputed;
    sum.mae += weight * std::abs(y - q[kQ50]);
    sum.naive_mae += std::abs(y - now);
    sum.wql += weight * pinball(y, q);
    sum.naive_wql += pinball(y, base);
    sum.width80 += q[kQ90] - q[kQ10];
    sum.naive_width80 += base[kQ90] - base[kQ10];
    sum.cover80 += covers80(q, y, slack) ? 1 : 0;
    sum.naive_cover80 += covers80(base, y, slack) ? 1 : 0;
    for (std::size_t l = 0; l < kScoredCount; ++l) {
      const double below = y < q[l] - slack ? 1 : 0, at_or_below = y <= q[l] + slack ? 1 : 0;
      sum.below[l] += below;
      sum.at_or_below[l] += at_or_below;
      days.below[l] += below;
      days.at_or_below[l] += at_or_below;
    }
  }

  SeriesScore means() {
    days.begin(-1);
    SeriesScore s = sum;
    s.days = days.counted;
    for (std::size_t l = 0; l < kScoredCount; ++l) s.daily_error[l] = days.errors[l] / static_cast<double>(days.counted);
    const auto n = static_cast<double>(s.forecasts);
    for (double* x :
         {&s.mae, &s.naive_mae, &s.wql, &s.naive_wql, &s.width80, &s.naive_width80, &s.cover80, &s.naive_cover80})
      *x /= n;
    for (auto* shares : {&s.below, &s.at_or_below})
      for (double& x : *shares) x /= n;
    return s;
  }
};

struct ScoredSeries {
  ScoredSeries(const VmTrace& vm, Resource r, Duration step) : truth(vm, r, step) {}
  Truth truth;
  std::vector<Tally> tallies;  // by target
};

}  // namespace

ScoredQuantiles scored_quantiles(const Band& band) {
  ScoredQuantiles q;
  for (std::size_t l = 0; l < kScoredCount; ++l) {
    const auto level = std::find(kLevels.begin(), kLevels.end(), kScoredLevels[l]);
    q[l] = static_cast<double>(band.at[static_cast<std::size_t>(level - kLevels.begin())]);
  }
  return q;
}

double exceedance(const ScoredQuantiles& q, double limit) {
  if (limit < q.front()) return 0.9 + 0.1 * (1 - limit / std::max(q.front(), 1e-12));
  if (limit >= q.back()) return 0.01 * q.back() / std::max(limit, 1e-12);
  std::size_t i = 1;
  while (limit >= q[i]) ++i;
  const double share = (limit - q[i - 1]) / (q[i] - q[i - 1]);
  return 1 - (kScoredLevels[i - 1] + share * (kScoredLevels[i] - kScoredLevels[i - 1]));
}

double JudgedForecast::exceedance(double limit) const {
  return band == nullptr ? headroom::exceedance(said, limit) : band->exceedance(limit * truth.unit(origin));
}

struct Scorer::State {
  State(const Fleet& f, ScorerOptions o, std::size_t first) : fleet(f), options(std::move(o)), first_vm(first) {
    const std::int64_t step_ms = fleet.step.count(), start_ms = options.grid.start.time_since_epoch().count();
    grid_start = (start_ms + step_ms - 1) / step_ms;
  }

  void open(std::size_t vm);
  ScoredSeries& series(std::size_t vm, Resource r) { return all[(vm - first_vm) * kResourceCount + index(r)]; }
  void score(ScoredSeries& of, std::size_t target, std::int64_t origin, const ScoredQuantiles* base_units, const Band* band);
  void impute_until(ScoredSeries& of, std::size_t target, std::int64_t origin);

  const Fleet& fleet;
  ScorerOptions options;
  std::size_t first_vm;
  std::int64_t grid_start = 0;  // as a step
  std::vector<ScoredSeries> all;
};

void Scorer::State::open(std::size_t vm) {
  for (Resource r : kAllResources) {
    ScoredSeries& s = all.emplace_back(fleet.vms[vm], r, fleet.step);
    if (s.truth.empty()) continue;
    const std::int64_t stride = options.grid.stride, late = std::max<std::int64_t>(0, s.truth.first() - grid_start);
    const std::int64_t first = grid_start + (late + stride - 1) / stride * stride;
    const double scale = scale_before(s.truth, std::min(first, s.truth.end() - 1), options.least_pairs);
    for (const ScoredTarget& target : options.targets) {
      Tally& tally = s.tallies.emplace_back();
      tally.first = tally.next = first;
      tally.sum.vm = vm;
      tally.sum.resource = r;
      tally.sum.target = target;
      tally.sum.scale = scale;
      tally.sum.idle = !(scale >= floor_of(r));
    }
  }
}

void Scorer::State::score(ScoredSeries& of, std::size_t target, std::int64_t origin, const ScoredQuantiles* base_units,
                          const Band* band) {
  Tally& tally = of.tallies[target];
  const double now = of.truth.at(origin), y = of.truth.target(origin, tally.sum.target);
  if (std::isnan(now) || std::isnan(y)) return;
  const ScoredQuantiles naive = tally.naive.at(origin, of.truth, tally.sum.target);
  ScoredQuantiles q = naive;
  if (base_units != nullptr) {
    const double unit = of.truth.unit(origin);
    for (std::size_t l = 0; l < kScoredCount; ++l) q[l] = (*base_units)[l] / unit;
    if (!std::is_sorted(q.begin(), q.end())) {
      ++tally.sum.crossed;
      std::sort(q.begin(), q.end());
    }
  }
  const Instant at(origin * fleet.step);
  tally.take(y, now, q, naive, base_units != nullptr, std::chrono::floor<std::chrono::days>(at).time_since_epoch().count());
  const SeriesScore& s = tally.sum;
  if (options.judged)
    options.judged({s.vm, s.resource, target, s.target, of.truth, tally.first, origin, s.scale, s.idle, now, y, q, naive, band});
}

// The grid's origins before `origin` that nobody forecast from.
void Scorer::State::impute_until(ScoredSeries& of, std::size_t target, std::int64_t origin) {
  Tally& tally = of.tallies[target];
  for (; tally.next < std::min(origin, of.truth.end()); tally.next += options.grid.stride)
    score(of, target, tally.next, nullptr, nullptr);
}

Scorer::Scorer(const Fleet& fleet, ScorerOptions options, std::size_t first_vm, std::size_t vm_count)
    : state_(std::make_unique<State>(fleet, std::move(options), first_vm)) {
  HEADROOM_CHECK(first_vm <= fleet.vms.size(), "the part lies in the fleet");
  const std::size_t end = first_vm + std::min(vm_count, fleet.vms.size() - first_vm);
  state_->all.reserve((end - first_vm) * kResourceCount);
  for (std::size_t vm = first_vm; vm < end; ++vm) state_->open(vm);
}

Scorer::~Scorer() = default;
Scorer::Scorer(Scorer&&) noexcept = default;
Scorer& Scorer::operator=(Scorer&&) noexcept = default;

void Scorer::add(std::size_t vm, Resource resource, std::size_t target, Instant origin, const ScoredQuantiles& quantiles,
                 const Band* band) {
  ScoredSeries& of = state_->series(vm, resource);
  if (of.truth.empty()) return;
  const std::int64_t step = origin.time_since_epoch() / state_->fleet.step;
  Tally& tally = of.tallies[target];
  if (step < of.truth.first() || step >= of.truth.end()) return;
  HEADROOM_CHECK(step >= tally.next && (step - state_->grid_start) % state_->options.grid.stride == 0,
                 "origins are of the grid, and ascend");
  state_->impute_until(of, target, step);
  state_->score(of, target, step, &quantiles, band);
  tally.next = step + state_->options.grid.stride;
}

void Scorer::add(const ReplayedForecast& replayed, const Horizons& horizons) {
  for (std::size_t t = 0; t < state_->options.targets.size(); ++t) {
    const ScoredTarget& target = state_->options.targets[t];
    const auto horizon = std::find(horizons.begin(), horizons.end(), target.steps * state_->fleet.step);
    HEADROOM_CHECK(horizon != horizons.end(), "a target's horizon is one of the forecaster's");
    for (Resource r : kAllResources) {
      const Outlook& outlook = replayed.forecast.at(r, static_cast<std::size_t>(horizon - horizons.begin()));
      const Band& band = target.peak ? outlook.peak : outlook.value;
      add(replayed.vm, r, t, replayed.origin, scored_quantiles(band), &band);
    }
  }
}

std::vector<SeriesScore> Scorer::finish() {
  std::vector<SeriesScore> scores;
  for (ScoredSeries& s : state_->all) {
    for (std::size_t t = 0; t < s.tallies.size(); ++t) {
      state_->impute_until(s, t, s.truth.end());
      if (s.tallies[t].sum.forecasts > 0) scores.push_back(s.tallies[t].means());
    }
  }
  return scores;
}

}  // namespace headroom
