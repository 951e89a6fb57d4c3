// What the scores of single series come to: how well the coverage of each fits, and which are worst.
#include <algorithm>
#include <cmath>
#include <map>

#include "headroom/accuracy/report.h"
#include "headroom/forecast/sorted_window.h"

namespace headroom {
namespace {

constexpr std::array<std::size_t, 3> kUpperLevels{2, 3, 4};  // q90, q95, q99: what capacity is planned by
constexpr double kSure = 3;  // standard errors; below, an error can be chance

double quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  return quantile_of_sorted<double>(values, p);
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

SeriesCalibration calibration_of(ScoredTarget target, std::span<const SeriesScore> series) {
  SeriesCalibration c;
  c.target = target;
  std::array<std::vector<double>, kScoredCount> errors;
  for (const SeriesScore& s : series) {
    if (s.idle || s.target != target) continue;
    ++c.series;
    c.forecasts += static_cast<double>(s.forecasts);
    c.days += s.days;
    for (std::size_t l = 0; l < kScoredCount; ++l) {
      errors[l].push_back(s.calibration_error(l));
      if (s.days > 0) c.daily[l] += s.daily_error[l] * static_cast<double>(s.days);
    }
  }
  for (std::size_t l = 0; l < kScoredCount; ++l) {
    c.daily[l] /= static_cast<double>(c.days);
    if (c.series == 0) continue;
    c.mean[l] = mean(errors[l]);
    c.p90[l] = quantile(errors[l], 0.9);
  }
  c.forecasts /= static_cast<double>(std::max<std::size_t>(1, c.series));
  return c;
}

// In standard errors, were the forecasts independent.
double how_sure(const WorstByCalibration& w) {
  const double p = kScoredLevels[w.level];
  return w.error / std::sqrt(p * (1 - p) / static_cast<double>(w.forecasts));
}

template <class T>
void keep_most(std::vector<T>& all, std::size_t most) {
  if (all.size() > most) all.resize(most);
}

}  // namespace

std::vector<SeriesCalibration> series_calibration(std::span<const SeriesScore> series) {
  std::vector<SeriesCalibration> all;
  for (const SeriesScore& s : series)
    if (std::none_of(all.begin(), all.end(), [&](const SeriesCalibration& c) { return c.target == s.target; }))
      all.push_back(calibration_of(s.target, series));
  return all;
}

std::vector<WorstByLoss> worst_by_loss(std::span<const SeriesScore> series, std::size_t most) {
  struct Sum {
    double loss = 0, naive = 0;
    std::int64_t forecasts = 0;
  };
  std::map<std::pair<std::size_t, Resource>, Sum> sums;
  for (const SeriesScore& s : series) {
    if (s.idle) continue;
    Sum& sum = sums[{s.vm, s.resource}];
    sum.loss += s.wql;
    sum.naive += s.naive_wql;
    sum.forecasts += s.forecasts;
  }
  std::vector<WorstByLoss> worst;
  for (const auto& [of, sum] : sums)
    if (sum.loss > sum.naive && sum.naive > 0) worst.push_back({of.first, of.second, sum.loss / sum.naive, sum.forecasts});
  std::stable_sort(worst.begin(), worst.end(),
                   [](const WorstByLoss& a, const WorstByLoss& b) { return a.loss_ratio > b.loss_ratio; });
  keep_most(worst, most);
  return worst;
}

std::vector<WorstByCalibration> worst_by_calibration(std::span<const SeriesScore> series, std::size_t most) {
  std::map<std::pair<std::size_t, Resource>, WorstByCalibration> of_each;  // one of a series is enough to find it
  for (const SeriesScore& s : series) {
    if (s.idle) continue;
    for (std::size_t l : kUpperLevels) {
      const WorstByCalibration w{s.vm,       s.resource,       s.target,   l, s.calibration_error(l),
                                 s.below[l], s.at_or_below[l], s.forecasts};
      if (how_sure(w) < kSure) continue;
      const auto [known, fresh] = of_each.try_emplace({s.vm, s.resource}, w);
      if (!fresh && how_sure(w) > how_sure(known->second)) known->second = w;
    }
  }
  std::vector<WorstByCalibration> worst;
  for (const auto& [of, w] : of_each) worst.push_back(w);
  std::stable_sort(worst.begin(), worst.end(),
                   [](const WorstByCalibration& a, const WorstByCalibration& b) { return how_sure(a) > how_sure(b); });
  keep_most(worst, most);
  return worst;
}

}  // namespace headroom
