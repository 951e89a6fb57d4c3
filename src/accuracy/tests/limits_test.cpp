#include "headroom/accuracy/limits.h"

#include <gmock/gmock.h>

#include "small_fleet.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;

Instant slot(int k) { return kBegin + k * minutes(5); }

// Replays `said` (CPU quantiles in percent of a core) from slot `first` on, and gives the tallies.
std::vector<LimitTally> score(const std::vector<double>& cpu, ScoredTarget target, std::vector<Limit> limits, int first,
                              const std::vector<ScoredQuantiles>& said) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", cpu)});
  LimitScorer of_limits(std::move(limits), 1);
  ScorerOptions options{{slot(first), 1}, {target}, 1};
  options.judged = [&](const JudgedForecast& f) { of_limits.take(f); };
  Scorer scorer(fleet, options);
  for (std::size_t i = 0; i < said.size(); ++i) {
    ScoredQuantiles q = said[i];
    for (double& x : q) x *= 10;
    scorer.add(0, Resource::kCpu, 0, slot(first + static_cast<int>(i)), q);
  }
  scorer.finish();
  return of_limits.finish();
}

constexpr Limit kAbove80{false, 0.8};

TEST(Exceedance, IsInterpolatedBetweenTheQuantiles) {
  const ScoredQuantiles q{10, 20, 30, 40, 50};
  EXPECT_DOUBLE_EQ(exceedance(q, 5), 0.95);   // 0.9 + 0.1 * (1 - 5/10)
  EXPECT_DOUBLE_EQ(exceedance(q, 10), 0.9);
  EXPECT_DOUBLE_EQ(exceedance(q, 15), 0.7);
  EXPECT_NEAR(exceedance(q, 35), 0.075, 1e-12);
  EXPECT_DOUBLE_EQ(exceedance(q, 50), 0.01);
  EXPECT_DOUBLE_EQ(exceedance(q, 100), 0.005);
}

TEST(RankedEvents, AveragePrecisionIsThePrecisionAtEachEvent) {
  RankedEvents ranked;
  ranked.add(0.9, true);
  ranked.add(0.8, false);
  ranked.add(0.7, true);
  ranked.add(0.1, false);
  EXPECT_NEAR(ranked.average_precision(), (1 + 2.0 / 3) / 2, 1e-12);
  EXPECT_TRUE(std::isnan(RankedEvents().average_precision()));
}

TEST(RankedEvents, EqualProbabilitiesAreRaisedTogether) {
  RankedEvents one_order, other_order;
  for (bool event : {true, false, false}) one_order.add(0.5, event);
  for (bool event : {false, false, true}) other_order.add(0.5, event);
  EXPECT_NEAR(one_order.average_precision(), 1 / 3.0, 1e-12);
  EXPECT_NEAR(other_order.average_precision(), 1 / 3.0, 1e-12);
}

// Origins 0..5; the next step is over 80 % after origins 1, 3 and 4, of which 4 is over it already.
TEST(LimitScorer, CountsAlarmsAtOriginsThatAreNotOverTheLimit) {
  const ScoredQuantiles calm{10, 20, 30, 40, 50}, wary{10, 20, 30, 85, 90}, sure{85, 86, 87, 88, 89};
  const auto tallies = score({10, 20, 90, 20, 90, 90, 20}, {1, false}, {kAbove80}, 0, {calm, wary, wary, sure, sure, calm});
  ASSERT_EQ(tallies.size(), 1U);
  const AlarmTally& alarms = tallies[0].alarms;
  EXPECT_EQ(alarms.forecasts, 3);  // 0, 1, 3: the others are over it
  EXPECT_EQ(alarms.events, 2);     // 1 and 3
  EXPECT_THAT(alarms.own.alarms, ElementsAre(1, 1, 2, 2));  // q50 q90 q95 q99
  EXPECT_THAT(alarms.own.hits, ElementsAre(1, 1, 2, 2));
  EXPECT_DOUBLE_EQ(alarms.own.recall(1, alarms.events), 0.5);
  EXPECT_DOUBLE_EQ(alarms.own.precision(1), 1);
  EXPECT_DOUBLE_EQ(alarms.own.f1(1, alarms.events), 2 / 3.0);
  EXPECT_DOUBLE_EQ(alarms.own.ranked.average_precision(), 1);
  EXPECT_EQ(alarms.naive.alarms[3], 0);  // the last value is never over a limit that it is not over
}

// One onset, at slot 5 after calm 2, 3, 4. Origins from 1 on look three steps ahead; the first that can see it is 2.
TEST(LimitScorer, LeadTimeIsFromTheEarliestAlarmThatCouldMeanTheOnset) {
  const ScoredQuantiles calm{10, 20, 30, 40, 50}, wary{10, 20, 30, 85, 90}, sure{10, 20, 85, 88, 89};
  const auto tallies = score({10, 20, 10, 20, 10, 90, 20, 10, 20}, {3, true}, {kAbove80}, 1, {wary, calm, wary, sure, calm});
  const AlarmTally& alarms = tallies.at(0).alarms;
  EXPECT_EQ(alarms.onsets, 1);
  EXPECT_EQ(alarms.warned(0), 0);                  // q50 never
  EXPECT_DOUBLE_EQ(alarms.median_lead_steps(1), 1);  // q90 at 4
  EXPECT_DOUBLE_EQ(alarms.median_lead_steps(2), 2);  // q95 at 3; that at 1 is too early to mean it
  EXPECT_TRUE(std::isnan(alarms.median_lead_steps(0)));
}

TEST(LimitScorer, AnOnsetNeedsThreeKnownCalmSteps) {
  const ScoredQuantiles calm{10, 20, 30, 40, 50};
  const double gap = std::nan("");
  const std::vector<ScoredQuantiles> said(8, calm);
  EXPECT_EQ(score({10, 20, 90, 20, 90, 20, 10, 20, 10}, {1, false}, {kAbove80}, 0, said).at(0).alarms.onsets, 0);
  EXPECT_EQ(score({10, 20, 10, 90, 20, gap, 10, 20, 90}, {1, false}, {kAbove80}, 0, said).at(0).alarms.onsets, 1);
}

// 0, 10 ... 100 before the first origin, slot 10: the 90 % quantile is 90, the scale 10.
TEST(LimitScorer, TheOwnLimitIsAQuantileOfWhatWasKnownAtTheFirstOrigin) {
  std::vector<double> cpu;
  for (int k = 0; k <= 10; ++k) cpu.push_back(10 * k);
  cpu.back() = 100;
  cpu.insert(cpu.end(), {89, 91});
  const ScoredQuantiles q{50, 60, 70, 80, 100};
  const auto tallies = score(cpu, {1, false}, {{true, 0.9}}, 10, {q, q});
  ASSERT_EQ(tallies.size(), 1U);
  EXPECT_EQ(tallies[0].alarms.forecasts, 1);  // 100 is over it, 89 is not
  EXPECT_EQ(tallies[0].alarms.events, 1);     // 91 is
  EXPECT_EQ(tallies[0].reliability.forecasts(), 2);
  EXPECT_EQ(tallies[0].reliability.events(), 1);
}

TEST(LimitScorer, WhatEqualsTheLimitButForRoundingIsNotOverIt) {
  const ScoredQuantiles at{80, 80, 80, 80, 80 + 1e-9};
  const auto tallies = score({10, 20, 80 + 1e-9, 80}, {1, false}, {kAbove80}, 1, {at, at});
  EXPECT_EQ(tallies.at(0).alarms.forecasts, 2);
  EXPECT_EQ(tallies.at(0).alarms.events, 0);
  EXPECT_EQ(tallies.at(0).alarms.own.alarms[3], 0);
}

TEST(LimitScorer, DiskAndNetworkHaveNoShareOfAnAllocation) {
  Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 90, 20})});
  fleet.vms[0].demand[index(Resource::kDisk)] = {1e6F, 2e6F, 9e6F, 2e6F};
  LimitScorer of_limits({kAbove80}, 1);
  ScorerOptions options{{slot(1), 1}, {{1, false}}, 1};
  options.judged = [&](const JudgedForecast& f) { of_limits.take(f); };
  Scorer scorer(fleet, options);
  scorer.finish();
  const auto tallies = of_limits.finish();
  ASSERT_EQ(tallies.size(), 1U);
  EXPECT_EQ(tallies[0].resource, Resource::kCpu);
}

TEST(Reliability, SetsWhatWasStatedBesideWhatHappened) {
  Reliability r;
  r.add(0.25, false);
  r.add(0.25, true);
  r.add(1, true);
  r.add(0, false);
  EXPECT_EQ(r.forecasts(), 4);
  EXPECT_DOUBLE_EQ(r.bins[4].stated(), 0.25);
  EXPECT_DOUBLE_EQ(r.bins[4].happened(), 0.5);
  EXPECT_EQ(r.bins[Reliability::kBins - 1].events, 1);
  EXPECT_DOUBLE_EQ(r.brier(), (0.0625 + 0.5625) / 4);
  EXPECT_DOUBLE_EQ(r.brier_skill(), 1 - 0.625 / 4 / 0.25);
  EXPECT_DOUBLE_EQ(r.error(), 2 * 0.25 / 4);
}

TEST(Reliability, UsesTheWholeBandWhereThereIsOne) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {10, 20, 10, 90})});
  LimitScorer of_limits({kAbove80}, 1);
  ScorerOptions options{{slot(1), 1}, {{1, false}}, 1};
  options.judged = [&](const JudgedForecast& f) { of_limits.take(f); };
  Scorer scorer(fleet, options);
  Forecast forecast;
  for (Resource r : kAllResources) forecast.outlook[index(r)].resize(1);
  Band& band = forecast.outlook[index(Resource::kCpu)][0].value;
  band.at = {100, 200, 300, 400, 600, 700, 1000, 1200};  // q90 = 60 %, q99 = 100 %
  scorer.add({0, 1, slot(1), forecast}, {minutes(5)});
  scorer.add({0, 2, slot(2), forecast}, {minutes(5)});
  scorer.finish();
  const auto tallies = of_limits.finish();
  ASSERT_EQ(tallies.size(), 1U);
  const Reliability& r = tallies[0].reliability;
  EXPECT_EQ(r.forecasts(), 2);
  EXPECT_NEAR(r.bins[2].stated(), band.exceedance(800), 1e-6);
}

TEST(LimitTallies, OfTwoPartsMergeToThoseOfTheWhole) {
  const ScoredQuantiles calm{10, 20, 30, 40, 50}, sure{85, 86, 87, 88, 89};
  const std::vector<double> a{10, 20, 10, 20, 90, 20}, b{10, 20, 10, 20, 20, 20};
  auto merged = score(a, {1, false}, {kAbove80}, 1, {calm, calm, sure});
  merge(merged, score(b, {1, false}, {kAbove80}, 1, {calm, sure, calm}));
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged[0].series, 2);
  EXPECT_EQ(merged[0].alarms.forecasts, 7);  // 1, 2, 3 of the one; 1, 2, 3, 4 of the other, the last imputed
  EXPECT_EQ(merged[0].alarms.onsets, 1);
  EXPECT_DOUBLE_EQ(merged[0].alarms.own.precision(0), 0.5);
  EXPECT_DOUBLE_EQ(merged[0].alarms.median_lead_steps(0), 1);
}

}  // namespace
}  // namespace headroom
