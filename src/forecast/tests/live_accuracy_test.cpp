#include "headroom/forecast/live_accuracy.h"

#include <gmock/gmock.h>

#include <numeric>

#include "../src/witness.h"
#include "synthetic.h"

namespace headroom {
namespace {

using Quantiles = LiveAccuracy::Quantiles;

constexpr std::size_t kQ90 = 4, kQ95 = 5;
constexpr Quantiles kGiven{-1, 0, 1, 2, 3, 4, 5, 6};

LiveAccuracy one_head() { return LiveAccuracy({1}, kStep); }

TEST(LiveAccuracy, CountsTheTruthsBelowEachBoundAndTheLossOfWhatWasGiven) {
  LiveAccuracy accuracy = one_head();
  for (const float truth : {-2.0F, 0.5F, 3.5F, 3.5F}) accuracy.note(Resource::kMemory, 0, truth, kGiven);
  const HeadAccuracy head = accuracy.report().heads[index(Resource::kMemory)];
  EXPECT_EQ(head.resource, Resource::kMemory);
  EXPECT_EQ(head.judgements, 4);
  EXPECT_EQ(head.held[0], 0.25);
  EXPECT_EQ(head.held[kQ90], 0.5);
  EXPECT_EQ(head.held[kQ95], 1);
  double loss = 0;
  for (const double truth : {-2.0, 0.5, 3.5, 3.5})
    for (std::size_t l = 0; l < kLevelCount; ++l) {
      const double over = truth - kGiven[l];
      loss += (over > 0 ? kLevels[l] * over : (kLevels[l] - 1) * over) / (4 * kLevelCount);
    }
  EXPECT_NEAR(head.loss, loss, 1e-9);
  EXPECT_EQ(accuracy.report().judgements(), 4);
}

TEST(LiveAccuracy, KeepsAThirdAndABitOfWhatIsTwoDaysOld) {
  LiveAccuracy accuracy = one_head();
  accuracy.forget_until(1000);
  for (int i = 0; i < 1000; ++i) accuracy.note(Resource::kCpu, 0, 10, kGiven);
  accuracy.forget_until(1000 + 2 * kStepsPerDay);
  accuracy.forget_until(1000);
  accuracy.note(Resource::kCpu, 0, 0, kGiven);
  EXPECT_NEAR(accuracy.report().heads[0].judgements, 1000 * std::exp(-1) + 1, 1e-6);
}

TEST(LiveAccuracy, ABoundHoldsOfATruthThatSitsOnItWhatItPromised) {
  LiveAccuracy accuracy = one_head();
  const Quantiles idle{0, 0, 0, 0, 0, 0, 3, 5};
  for (int i = 0; i < 97; ++i) accuracy.note(Resource::kCpu, 0, 0, idle);
  for (int i = 0; i < 3; ++i) accuracy.note(Resource::kCpu, 0, 4, idle);
  const HeadAccuracy head = accuracy.report().heads[0];
  EXPECT_NEAR(head.held[kQ90], 0.90, 1e-9) << "zero 97 times in a hundred, as levels up to 95 % and none of 99 % say";
  EXPECT_NEAR(head.held[0], 0.10, 1e-9);
  EXPECT_NEAR(head.held[6], 0.97, 1e-9);
  const auto never = held_parts(Quantiles{}, 0), above = held_parts(Quantiles{}, 1), below = held_parts(Quantiles{}, -1);
  for (std::size_t l = 0; l < kLevelCount; ++l) {
    EXPECT_NEAR(never[l], kLevels[l], 1e-9);
    EXPECT_EQ(above[l], 0);
    EXPECT_EQ(below[l], 1);
  }
}

TEST(LiveAccuracy, PutsChancesIntoTenBins) {
  LiveAccuracy accuracy = one_head();
  accuracy.note_chance(0.04, false);
  accuracy.note_chance(0.06, true);
  accuracy.note_chance(1, true);
  const auto bins = accuracy.report().chances;
  EXPECT_EQ(bins[0].judgements, 2);
  EXPECT_NEAR(bins[0].said, 0.05, 1e-12);
  EXPECT_EQ(bins[0].happened, 0.5);
  EXPECT_EQ(bins[9].happened, 1);
}

TEST(LiveAccuracy, SamplesSomeSixtyVmsOfALargeFleetAndAllOfASmallOne) {
  for (const std::size_t fleet : {1U, 30U, 64U, 65U, 1000U, 100'000U}) {
    std::size_t chosen = 0;
    for (std::uint32_t vm = 0; vm < fleet; ++vm) chosen += is_witness(VmId(vm), fleet) ? 1 : 0;
    EXPECT_GE(chosen, std::min<std::size_t>(fleet, 20)) << fleet;
    EXPECT_LE(chosen, fleet <= 64 ? fleet : 90) << fleet;
  }
}

// Counts beside the engine, from the bands it gave, what the engine counts of itself.
TEST(LiveAccuracy, OfAnEngineIsWhatOneWhoComparesItsBandsWithTheTruthFinds) {
  PredictiveLoadEngine engine(quick_model());
  const auto x = wave(21, 288 * 6);
  std::vector<Band> said;   // the CPU's value an hour ahead
  double below = 0, all = 0;
  const double kept = std::exp(-1.0 / 576);
  for (std::size_t step = 0; step < x.size(); ++step) {
    engine.observe(sample_at(static_cast<std::int64_t>(step), x[step]));
    said.push_back(forecast_at(engine, static_cast<std::int64_t>(step)).at(Resource::kCpu, 2).value);
    if (step < 12) continue;
    below = kept * below + (x[step] <= said[step - 12].at[kQ90] ? 1 : 0);
    all = kept * all + 1;
  }
  const LiveReport report = engine.accuracy();
  const HeadAccuracy& head = report.heads[2];
  ASSERT_EQ(head.horizon_steps, 12);
  ASSERT_FALSE(head.peak);
  EXPECT_NEAR(head.judgements, all, 1);
  EXPECT_NEAR(head.held[kQ90], below / all, 0.01) << "but for the first hour's widened bands and the caps";
  EXPECT_EQ(head.sampled.targets, head.judgements);
  EXPECT_NEAR(head.sampled.given, head.loss, 1e-9) << "the only VM is a sampled one";
}

TEST(LiveAccuracy, TellsWhatCalibrationMendsWhereTheModelErrs) {
  PredictiveLoadEngine engine(quick_model());
  std::mt19937_64 random(5);
  std::exponential_distribution<double> noise(1);
  for (int step = 0; step < 288 * 10; ++step) {   // another world than the model's
    engine.observe(sample_at(step, 100 + 30 * noise(random) * noise(random)));
    forecast_at(engine, step);
  }
  const LiveReport report = engine.accuracy();
  EXPECT_LT(report.given_over_model(), 0.99);
  EXPECT_NEAR(report.heads[0].held[kQ90], 0.90, 0.02);
  EXPECT_GT(report.heads[0].sampled.base, 0);
}

TEST(LiveAccuracy, ChancesOfPassingTheLimitComeTrueAsOftenAsSaid) {
  PredictiveLoadEngine engine(quick_model());
  const auto x = wave(31, 288 * 12);
  const auto limit = static_cast<std::int64_t>(1.2 * std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()));
  engine.set_limit(VmId(0), Resources(MilliCores(limit), Bytes(limit), BytesPerSecond(limit), BytesPerSecond(limit)));
  for (std::size_t step = 0; step < x.size(); ++step) {
    engine.observe(sample_at(static_cast<std::int64_t>(step), x[step]));
    forecast_at(engine, static_cast<std::int64_t>(step));
  }
  double judgements = 0, off = 0;
  for (const ChanceBin& bin : engine.accuracy().chances) {
    judgements += bin.judgements;
    off += bin.judgements * std::abs(bin.happened - bin.said);
    if (bin.judgements > 200) {
      EXPECT_NEAR(bin.happened, bin.said, 0.15);
    }
  }
  EXPECT_GT(judgements, 1000);
  EXPECT_LT(off / judgements, 0.07);
}

TEST(LiveAccuracy, AnExactlyStatedSeriesIsNotJudged) {
  PredictiveLoadEngine engine(quick_model());
  for (int step = 0; step < 288 * 8; ++step) {
    engine.observe(sample_at(step, 0));
    forecast_at(engine, step);
  }
  EXPECT_LT(engine.accuracy().judgements(), 500) << "what was judged of the first day is forgotten, and nothing came after it";
}

}  // namespace
}  // namespace headroom
