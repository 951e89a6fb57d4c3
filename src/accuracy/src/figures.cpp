#include <algorithm>
#include <cmath>

#include "headroom/accuracy/scorer.h"
#include "outside.h"

namespace headroom {
namespace {

constexpr std::int64_t kFewestForCoverage = 20;

// Sums over the series of one resource and target.
struct Pool {
  std::size_t series = 0, all = 0, judged = 0, covering = 0;
  double mase = 0, naive_mase = 0, wql = 0, naive_wql = 0, log_ratio = 0;

  void take(const SeriesScore& s, AccuracyFigures& f);
  void finish(AccuracyFigures& f) const;
};

void Pool::take(const SeriesScore& s, AccuracyFigures& f) {
  ++all;
  f.forecasts += s.forecasts;
  f.mae += s.mae;
  f.naive_mae += s.naive_mae;
  if (s.idle) {
    ++f.idle;
    return;
  }
  ++series;
  mase += s.mae / s.scale;
  naive_mase += s.naive_mae / s.scale;
  wql += s.wql / s.scale;
  naive_wql += s.naive_wql / s.scale;
  log_ratio += std::log(s.loss_ratio());
  f.cover80 += s.cover80;
  f.naive_cover80 += s.naive_cover80;
  f.width80 += s.width80 / s.scale;
  f.naive_width80 += s.naive_width80 / s.scale;
  for (std::size_t l = 0; l < kScoredCount; ++l) {
    f.below[l] += s.below[l];
    f.at_or_below[l] += s.at_or_below[l];
  }
  if (s.forecasts < kFewestForCoverage) return;
  ++judged;
  if (s.cover80 >= 0.70 && s.cover80 <= 0.95) ++covering;
}

void Pool::finish(AccuracyFigures& f) const {
  f.series = series;
  f.mae /= static_cast<double>(all);
  f.naive_mae /= static_cast<double>(all);
  const auto n = static_cast<double>(series);  // 0: NaN, as said
  f.mase = mase / n;
  f.rel_mae = mase / naive_mase;
  f.rwql = wql / naive_wql;
  f.gwql = std::exp(log_ratio / n);
  for (double* x : {&f.cover80, &f.naive_cover80, &f.width80, &f.naive_width80}) *x /= n;
  for (auto* shares : {&f.below, &f.at_or_below})
    for (double& x : *shares) x /= n;
  f.covering_series = static_cast<double>(covering) / static_cast<double>(judged);
}

}  // namespace

double SeriesScore::calibration_error(std::size_t level) const {
  return outside(kScoredLevels[level], below[level], at_or_below[level]);
}
double AccuracyFigures::calibration_error(std::size_t level) const {
  return outside(kScoredLevels[level], below[level], at_or_below[level]);
}

double SeriesScore::loss_ratio() const {
  const double next_to_nothing = idle ? 1e-12 : 1e-9 * scale;  // two exact forecasts are alike
  return std::clamp((wql + next_to_nothing) / (naive_wql + next_to_nothing), 0.01, 100.0);
}

std::vector<AccuracyFigures> accuracy_figures(std::span<const SeriesScore> series) {
  std::vector<ScoredTarget> targets;
  for (const SeriesScore& s : series)
    if (std::find(targets.begin(), targets.end(), s.target) == targets.end()) targets.push_back(s.target);
  std::vector<AccuracyFigures> all;
  for (Resource r : kAllResources)
    for (const ScoredTarget& target : targets) {
      Pool pool;
      AccuracyFigures f;
      f.resource = r;
      f.target = target;
      for (const SeriesScore& s : series)
        if (s.resource == r && s.target == target) pool.take(s, f);
      if (pool.all == 0) continue;
      pool.finish(f);
      all.push_back(f);
    }
  return all;
}

std::vector<MeanFigures> mean_over_resources(std::span<const AccuracyFigures> figures) {
  std::vector<MeanFigures> means;
  std::vector<double> counts;
  for (const AccuracyFigures& f : figures) {
    if (std::isnan(f.rwql)) continue;
    auto mean = std::find_if(means.begin(), means.end(), [&](const MeanFigures& m) { return m.target == f.target; });
    if (mean == means.end()) {
      mean = means.insert(means.end(), MeanFigures{f.target, 0, 0, 0, {}});
      counts.push_back(0);
    }
    ++counts[static_cast<std::size_t>(mean - means.begin())];
    mean->rwql += f.rwql;
    mean->gwql += f.gwql;
    mean->rel_mae += f.rel_mae;
    for (std::size_t l = 0; l < kScoredCount; ++l) mean->calibration_error[l] += f.calibration_error(l);
  }
  for (std::size_t i = 0; i < means.size(); ++i) {
    for (double* x : {&means[i].rwql, &means[i].gwql, &means[i].rel_mae}) *x /= counts[i];
    for (double& x : means[i].calibration_error) x /= counts[i];
  }
  return means;
}

}  // namespace headroom
