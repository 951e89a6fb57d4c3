#include "headroom/accuracy/scorer.h"

#include <gmock/gmock.h>

#include "headroom/forecast/baselines.h"
#include "small_fleet.h"

namespace headroom {
namespace {

using std::chrono::minutes;

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

Instant slot(int k) { return kBegin + k * minutes(5); }

ScorerOptions options(int first, int stride, ScoredTarget target, int least_pairs = 1) {
  return {{slot(first), stride}, {target}, least_pairs};
}

// CPU quantiles in percent of a core.
ScoredQuantiles percent(ScoredQuantiles q) {
  for (double& x : q) x *= 10;
  return q;
}

SeriesScore only(Scorer& scorer) {
  const auto scores = scorer.finish();
  EXPECT_EQ(scores.size(), 1U);
  return scores.empty() ? SeriesScore() : scores.front();
}

// Three origins (20, 10, 40) with the truths 10, 40, 30; one forecast for all: 5 15 25 35 45.
TEST(Scorer, GivesTheFiguresWorkedOutByHand) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 10, 40, 30})});
  Scorer scorer(fleet, options(1, 1, {1, false}));
  for (int k : {1, 2, 3}) scorer.add(0, Resource::kCpu, 0, slot(k), percent({5, 15, 25, 35, 45}));
  const SeriesScore s = only(scorer);
  EXPECT_EQ(s.forecasts, 3);
  EXPECT_FALSE(s.idle);
  EXPECT_DOUBLE_EQ(s.scale, 10);  // |20 - 10|, the only change before the first origin
  EXPECT_DOUBLE_EQ(s.mae, (5 + 25 + 15) / 3.0);
  EXPECT_DOUBLE_EQ(s.naive_mae, (10 + 30 + 10) / 3.0);
  EXPECT_NEAR(s.wql, (2.44 + 13.72 + 5.96) / 3, 1e-12);
  EXPECT_NEAR(s.naive_wql, (6.24 + 41.28 + 6.24) / 3, 1e-12);
  EXPECT_DOUBLE_EQ(s.width80, 20);
  EXPECT_DOUBLE_EQ(s.cover80, 1 / 3.0);
  EXPECT_THAT(s.below, ::testing::ElementsAre(0, 1 / 3.0, 1 / 3.0, 2 / 3.0, 1));
  EXPECT_NEAR(s.calibration_error(2), 0.9 - 1 / 3.0, 1e-12);

  const auto figures = accuracy_figures(std::vector{s});
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_DOUBLE_EQ(figures[0].mase, 1.5);
  EXPECT_DOUBLE_EQ(figures[0].rel_mae, 0.9);
  EXPECT_NEAR(figures[0].rwql, 22.12 / 53.76, 1e-12);
  EXPECT_NEAR(figures[0].gwql, 22.12 / 53.76, 1e-8);
  EXPECT_DOUBLE_EQ(figures[0].width80, 2);
}

TEST(Scorer, APeakIsTheHighestOfItsSteps) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 10, 40, 30})});
  Scorer scorer(fleet, options(1, 1, {2, true}));
  for (int k : {1, 2}) scorer.add(0, Resource::kCpu, 0, slot(k), percent({40, 40, 40, 40, 40}));
  const SeriesScore s = only(scorer);
  EXPECT_EQ(s.forecasts, 2);  // both peaks are 40
  EXPECT_DOUBLE_EQ(s.mae, 0);
  EXPECT_DOUBLE_EQ(s.naive_mae, (20 + 30) / 2.0);
  // Both see the truth exactly at the quantile: below it never, at or below it always, so no level is wrong.
  for (std::size_t l = 0; l < kScoredCount; ++l) EXPECT_EQ(s.calibration_error(l), 0);
}

// 0 10 0 10 ...: the errors of the last value are +10 and -10, thirty each, when sixty are known.
TEST(Scorer, TheYardstickIsTheLastValueWithTheQuantilesOfItsOwnErrors) {
  std::vector<double> x;
  for (int k = 0; k < 62; ++k) x.push_back(k % 2 == 0 ? 0 : 10);
  const Fleet fleet = fleet_of({vm_with_cpu("a", x)});
  Scorer scorer(fleet, options(60, 1, {1, false}));
  scorer.add(0, Resource::kCpu, 0, slot(60), percent({10, 10, 10, 10, 10}));
  const SeriesScore s = only(scorer);  // naive: 0 (not -10), 0, 10, 10, 10 for a truth of 10
  EXPECT_DOUBLE_EQ(s.wql, 0);
  EXPECT_NEAR(s.naive_wql, (0.1 * 10 * 2 + 0.5 * 10 * 2) / 5, 1e-12);
  EXPECT_DOUBLE_EQ(s.naive_width80, 10);
  EXPECT_DOUBLE_EQ(s.naive_cover80, 1);
}

TEST(Scorer, AnOriginWithoutAForecastCountsAsTheYardstickTwice) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 10, 40, 30})});
  Scorer all_missing(fleet, options(1, 1, {1, false})), one_missing(fleet, options(1, 1, {1, false}));
  const SeriesScore none = only(all_missing);
  EXPECT_EQ(none.imputed, 3);
  EXPECT_DOUBLE_EQ(none.wql, 2 * none.naive_wql);
  EXPECT_DOUBLE_EQ(none.mae, 2 * none.naive_mae);
  for (int k : {1, 3}) one_missing.add(0, Resource::kCpu, 0, slot(k), percent({5, 15, 25, 35, 45}));
  const SeriesScore one = only(one_missing);
  EXPECT_EQ(one.forecasts, 3);
  EXPECT_EQ(one.imputed, 1);
  EXPECT_NEAR(one.wql, (2.44 + 2 * 41.28 + 5.96) / 3, 1e-12);
}

TEST(Scorer, WhatIsMissingIsNotScored) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 10, kGap, 30, 20, 10})});
  Scorer value(fleet, options(1, 1, {1, false})), peak(fleet, options(1, 1, {2, true}));
  for (int k : {1, 2, 3, 4, 5, 6}) {
    value.add(0, Resource::kCpu, 0, slot(k), percent({10, 10, 10, 10, 10}));
    peak.add(0, Resource::kCpu, 0, slot(k), percent({10, 10, 10, 10, 10}));
  }
  EXPECT_EQ(only(value).forecasts, 3);  // 1, 4, 5: not into the gap, not out of it, not past the end
  EXPECT_EQ(only(peak).forecasts, 1);   // 4
}

TEST(Scorer, WhatWasHeldBackIsNoTruth) {
  Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 10, 40, 30, 20, 10})});
  fleet.vms[0].stalled[index(Resource::kCpu)] = {0, 0, 0, 0.2F, 0, 0, 0};
  Scorer scorer(fleet, options(1, 1, {1, false}));
  EXPECT_EQ(only(scorer).forecasts, 3);  // 1, 4, 5
}

TEST(Scorer, AnIdleSeriesCountsInTheMeanErrorOnly) {
  const Fleet fleet = fleet_of({vm_with_cpu("idle", {1, 1, 1, 1}), vm_with_cpu("short", {1, 9, 1, 9})});
  Scorer scorer(fleet, options(2, 1, {1, false}, 2));
  for (std::size_t vm : {0U, 1U}) scorer.add(vm, Resource::kCpu, 0, slot(2), percent({3, 3, 3, 3, 3}));
  const auto figures = accuracy_figures(scorer.finish());
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].series, 1U);
  EXPECT_EQ(figures[0].idle, 1U);
  EXPECT_DOUBLE_EQ(figures[0].mae, (2 + 6) / 2.0);
  EXPECT_DOUBLE_EQ(figures[0].mase, 6 / 8.0);
}

// A day of forecasts far over the truth, then a day far under it: as a series 0.4 off at q90, on a single day 0.1 and 0.9.
TEST(Scorer, ASingleDayIsFurtherOffThanTheSeries) {
  constexpr int kDay = 288;
  std::vector<double> x;
  for (int k = 0; k <= 2 * kDay; ++k) x.push_back(50 + k % 2);
  const Fleet fleet = fleet_of({vm_with_cpu("a", x)});
  Scorer scorer(fleet, options(0, 1, {1, false}));
  for (int k = 0; k < 2 * kDay; ++k) {
    const double q = k < kDay ? 90 : 10;
    scorer.add(0, Resource::kCpu, 0, slot(k), percent({q, q, q, q, q}));
  }
  const SeriesScore s = only(scorer);
  EXPECT_NEAR(s.calibration_error(2), 0.4, 1e-12);
  EXPECT_EQ(s.days, 2);
  EXPECT_NEAR(s.daily_error[2], (0.1 + 0.9) / 2, 1e-12);
}

TEST(Scorer, ADayOfFewForecastsIsNotJudgedAlone) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 10, 40, 30})});
  Scorer scorer(fleet, options(1, 1, {1, false}));
  EXPECT_EQ(only(scorer).days, 0);
}

TEST(Scorer, CrossedQuantilesAreSortedAndCounted) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 10, 40, 30})});
  Scorer crossed(fleet, options(1, 1, {1, false})), sorted(fleet, options(1, 1, {1, false}));
  for (int k : {1, 2, 3}) {
    crossed.add(0, Resource::kCpu, 0, slot(k), percent({45, 15, 25, 35, 5}));
    sorted.add(0, Resource::kCpu, 0, slot(k), percent({5, 15, 25, 35, 45}));
  }
  const SeriesScore a = only(crossed), b = only(sorted);
  EXPECT_EQ(a.crossed, 3);
  EXPECT_EQ(b.crossed, 0);
  EXPECT_DOUBLE_EQ(a.wql, b.wql);
}

// The forecaster naive-RE (baselines.h) is written apart from the scorer's yardstick.
TEST(Scorer, NaiveReIsAsGoodAsItself) {
  std::vector<double> x;
  for (int k = 0; k < 3000; ++k) x.push_back(20 + 15 * std::sin(k * 0.7) * std::sin(k * k * 0.001) + k % 7);
  const Fleet fleet = fleet_of({vm_with_cpu("a", x)});
  ErrorQuantile naive(ErrorQuantile::Anchor::kLast, {minutes(5), minutes(60)}, minutes(5));
  ScorerOptions how{{slot(2200), 13}, {{1, false}, {12, false}, {12, true}}};
  Scorer scorer(fleet, how);
  replay_forecasts(fleet, naive, {.grid = how.grid, .warm_up = Duration::zero()},
                   [&](const ReplayedForecast& f) { scorer.add(f, naive.horizons()); });
  const auto figures = accuracy_figures(scorer.finish());
  ASSERT_EQ(figures.size(), 3U);
  for (const AccuracyFigures& f : figures) {
    EXPECT_EQ(f.series, 1U);
    EXPECT_NEAR(f.rwql, 1, 1e-5);
    EXPECT_NEAR(f.cover80, f.naive_cover80, 1e-9);
  }
}

TEST(MeanOverResources, WeighsEachResourceAlike) {
  AccuracyFigures cpu, memory;
  cpu.rwql = 0.5;
  memory.rwql = 0.9;
  memory.resource = Resource::kMemory;
  cpu.series = 100;
  memory.series = 1;
  const auto means = mean_over_resources(std::vector{cpu, memory});
  ASSERT_EQ(means.size(), 1U);
  EXPECT_DOUBLE_EQ(means[0].rwql, 0.7);
}

}  // namespace
}  // namespace headroom
