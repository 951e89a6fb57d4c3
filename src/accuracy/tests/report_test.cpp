#include "headroom/accuracy/report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "headroom/accuracy/report_json.h"
#include "headroom/forecast/baselines.h"
#include "small_fleet.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using ::testing::HasSubstr;

constexpr Duration kStep = minutes(5);

Fleet waves(std::size_t vms, int steps) {
  Fleet fleet;
  for (std::size_t i = 0; i < vms; ++i) {
    std::vector<double> cpu;
    for (int k = 0; k < steps; ++k)
      cpu.push_back(40 + 30 * std::sin(0.3 * k + static_cast<double>(i)) + (k * 7 + static_cast<int>(i)) % 11);
    fleet.vms.push_back(vm_with_cpu("vm" + std::to_string(i), cpu));
  }
  return fleet;
}

ForecasterMaker naive() {
  return [] { return std::make_unique<ErrorQuantile>(ErrorQuantile::Anchor::kLast, Horizons{kStep, 12 * kStep}, kStep); };
}

AccuracyReportOptions options(int first, int threads = 1) {
  AccuracyReportOptions how;
  how.grid = {kBegin + first * kStep, 7};
  how.targets = {{1, false}, {12, true}};
  how.threads = threads;
  return how;
}

TEST(AccuracyReport, IsTheSameWhateverTheThreads) {
  const Fleet fleet = waves(40, 700);  // three blocks
  const auto one = report_accuracy(fleet, naive(), options(400)), three = report_accuracy(fleet, naive(), options(400, 3));
  ASSERT_TRUE(one && three);
  EXPECT_EQ(to_json(*one, fleet).dump(), to_json(*three, fleet).dump());
  EXPECT_EQ(one->series.size(), 80U);
  EXPECT_NEAR(one->mean.at(0).rwql, 1, 1e-5);  // the yardstick against itself
}

TEST(AccuracyReport, ReplayingInBlocksChangesNothing) {
  const Fleet fleet = waves(40, 700);
  auto how = options(400);
  const auto report = report_accuracy(fleet, naive(), how);
  ASSERT_TRUE(report);
  const auto forecaster = naive()();
  Scorer whole(fleet, {how.grid, how.targets});
  replay_forecasts(fleet, *forecaster, {.grid = how.grid},
                   [&](const ReplayedForecast& f) { whole.add(f, forecaster->horizons()); });
  const auto scores = whole.finish();
  ASSERT_EQ(scores.size(), report->series.size());
  for (std::size_t i = 0; i < scores.size(); ++i) EXPECT_EQ(scores[i].wql, report->series[i].wql);
}

std::string refusal(const Fleet& fleet, const AccuracyReportOptions& how) {
  const auto report = report_accuracy(fleet, naive(), how);
  if (report) return "accepted";
  EXPECT_EQ(report.error().code, ErrorCode::kInvalid);
  return report.error().message;
}

TEST(AccuracyReport, RefusesAFleetWithoutVms) { EXPECT_THAT(refusal(Fleet(), options(0)), HasSubstr("no VM")); }

TEST(AccuracyReport, RefusesAGridBeyondTheData) {
  EXPECT_THAT(refusal(waves(1, 100), options(100)),
              HasSubstr("--grid: begins at 2013-07-01T08:20:00Z, and the data end at 2013-07-01T08:20:00Z; begin earlier"));
}

TEST(AccuracyReport, RefusesAGridBeforeTheData) { EXPECT_THAT(refusal(waves(1, 100), options(-1)), HasSubstr("begin later")); }

TEST(AccuracyReport, RefusesAGridWhoseOutcomesAreNotKnown) {
  EXPECT_THAT(refusal(waves(1, 100), options(99)), HasSubstr("known outcome"));
}

TEST(AccuracyReport, SaysWhenItWasCutShort) {
  auto how = options(400);
  how.progress = [](double) { return false; };
  const auto report = report_accuracy(waves(2, 700), naive(), how);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kFailed);
  EXPECT_THAT(report.error().message, HasSubstr("cut short"));
}

TEST(DefaultGrid, BeginsAfterAThirdButNoLaterThanAFortnight) {
  EXPECT_EQ(default_grid(waves(1, 300)).start, kBegin + 100 * kStep);
  EXPECT_EQ(default_grid(waves(1, 100 * 288)).start, kBegin + std::chrono::days(14));
  EXPECT_EQ(default_grid(waves(1, 300)).stride, 7);
}

SeriesScore score(std::size_t vm, double loss, double at_or_below_q90, std::int64_t forecasts = 1000) {
  SeriesScore s;
  s.vm = vm;
  s.scale = 1;
  s.forecasts = forecasts;
  s.wql = loss;
  s.naive_wql = 1;
  s.below = s.at_or_below = {0.1, 0.5, 0.9, 0.95, 0.99};
  s.below[2] = s.at_or_below[2] = at_or_below_q90;
  return s;
}

TEST(Worst, NamesWhoLosesMoreThanTheYardstickWorstFirst) {
  auto idle = score(3, 9, 0.9);
  idle.idle = true;
  const std::vector series{score(0, 1.5, 0.9), score(1, 0.7, 0.9), score(2, 2, 0.9), idle};
  const auto worst = worst_by_loss(series, 10);
  ASSERT_EQ(worst.size(), 2U);
  EXPECT_EQ(worst[0].vm, 2U);
  EXPECT_DOUBLE_EQ(worst[0].loss_ratio, 2);
  EXPECT_EQ(worst[1].vm, 0U);
  EXPECT_EQ(worst_by_loss(series, 1).size(), 1U);
}

TEST(Worst, ACoverageThatChanceExplainsIsNotNamed) {
  // 5 points off at q90: 5.3 standard errors of 1000 forecasts, 0.5 of ten.
  const std::vector series{score(0, 1, 0.85), score(1, 1, 0.85, 10), score(2, 1, 0.9), score(3, 1, 0.98)};
  const auto worst = worst_by_calibration(series, 10);
  ASSERT_EQ(worst.size(), 2U);
  EXPECT_EQ(worst[0].vm, 3U);
  EXPECT_EQ(worst[1].vm, 0U);
  EXPECT_EQ(worst[1].level, 2U);
  EXPECT_NEAR(worst[1].error, 0.05, 1e-12);
}

TEST(SeriesCalibration, IsTheMeanAndTheNinthTenthOfTheSeriesErrors) {
  std::vector<SeriesScore> series;
  for (std::size_t i = 0; i <= 10; ++i) series.push_back(score(i, 1, 0.9 - 0.01 * static_cast<double>(i)));
  const auto calibration = series_calibration(series);
  ASSERT_EQ(calibration.size(), 1U);
  EXPECT_NEAR(calibration[0].mean[2], 0.05, 1e-12);
  EXPECT_NEAR(calibration[0].p90[2], 0.09, 1e-12);
  EXPECT_TRUE(std::isnan(calibration[0].daily[2]));
}

}  // namespace
}  // namespace headroom
