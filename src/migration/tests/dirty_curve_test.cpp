#include "headroom/migration/dirty_curve.h"

#include <gmock/gmock.h>

#include "headroom/migration/estimate.h"

namespace headroom::migration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr double kMiB = 1 << 20;

DirtySample sample(const DirtyCurve& of, Duration window) {
  return {window, Bytes(static_cast<std::int64_t>(of.within(static_cast<double>(window.count()) / 1000)))};
}

TEST(DirtyCurve, IsConcaveAndStartsAtNothing) {
  const DirtyCurve curve{100 * kMiB, 2, 3 * kMiB};
  EXPECT_EQ(curve.within(0), 0);
  EXPECT_GT(curve.within(1), curve.within(2) / 2);
  EXPECT_NEAR(curve.within(1000), 100 * kMiB + 3000 * kMiB, 1);
}

TEST(Fit, PassesThroughTwoSamples) {
  const auto curve = fit({{seconds(1), 120_MiB}, {seconds(10), 300_MiB}}, 8_GiB);
  ASSERT_TRUE(curve);
  EXPECT_NEAR(curve->within(1), 120 * kMiB, 0.001 * kMiB);
  EXPECT_NEAR(curve->within(10), 300 * kMiB, 0.001 * kMiB);
}

TEST(Fit, SaysNoLessThanTheTruthBeyondTwoSamplesWhateverTheTrueBend) {
  for (double bend : {1.0, 2.0, 5.0, 20.0}) {
    const DirtyCurve truth{500 * kMiB, bend, 5 * kMiB};
    const auto curve = fit({sample(truth, seconds(1)), sample(truth, seconds(10))}, 8_GiB);
    ASSERT_TRUE(curve);
    for (double t : {0.1, 0.3, 15.0, 60.0}) EXPECT_GE(curve->within(t), 0.999 * truth.within(t)) << bend << ", " << t;
  }
}

TEST(Fit, FindsTheBendFromMoreSamples) {
  const DirtyCurve truth{500 * kMiB, 4, 5 * kMiB};
  std::vector<DirtySample> samples;
  for (int ms : {500, 1000, 3000, 10'000, 30'000}) samples.push_back(sample(truth, milliseconds(ms)));
  const auto curve = fit(samples, 8_GiB);
  ASSERT_TRUE(curve);
  EXPECT_NEAR(curve->hot_seconds, 4, 0.3);
  EXPECT_NEAR(curve->hot_bytes, truth.hot_bytes, 0.03 * truth.hot_bytes);
  EXPECT_NEAR(curve->cold_bytes_per_second, truth.cold_bytes_per_second, 0.1 * truth.cold_bytes_per_second);
}

TEST(Fit, PredictsAMigrationOfTheTruthWithinATwentiethFromThreeSamples) {
  for (double bend : {0.5, 2.0, 8.0}) {
    const DirtyCurve truth{800 * kMiB, bend, 20 * kMiB};
    const auto curve = fit({sample(truth, milliseconds(300)), sample(truth, seconds(3)), sample(truth, seconds(15))}, 16_GiB);
    ASSERT_TRUE(curve);
    const Estimate said = estimate({16_GiB, *curve}, 1250_MBps), is = estimate({16_GiB, truth}, 1250_MBps);
    EXPECT_NEAR(static_cast<double>(said.duration.count()) / static_cast<double>(is.duration.count()), 1, 0.05) << bend;
  }
}

TEST(Fit, HasNeitherNegativePartNorMoreThanAllMemoryWhenSamplesContradictTheShape) {
  const auto falling = fit({{seconds(1), 100_MiB}, {seconds(10), 80_MiB}}, 8_GiB);   // fewer in the longer window
  const auto convex = fit({{seconds(1), 1_MiB}, {seconds(10), 100_MiB}}, 8_GiB);     // more than ten times as many
  const auto small = fit({{seconds(1), 900_MiB}, {seconds(10), 1_GiB}}, 64_MiB);
  for (const auto& curve : {falling, convex, small}) {
    ASSERT_TRUE(curve);
    EXPECT_GE(curve->hot_bytes, 0);
    EXPECT_GE(curve->cold_bytes_per_second, 0);
  }
  EXPECT_EQ(falling->cold_bytes_per_second, 0);
  EXPECT_EQ(convex->hot_bytes, 0);
  EXPECT_LE(small->hot_bytes, 64 * kMiB);
}

TEST(Fit, TakesTheMeanOfSamplesOfOneWindow) {
  const auto curve = fit({{seconds(1), 100_MiB}, {seconds(1), 140_MiB}, {seconds(10), 300_MiB}}, 8_GiB);
  ASSERT_TRUE(curve);
  EXPECT_NEAR(curve->within(1), 120 * kMiB, 0.001 * kMiB);
}

TEST(Fit, RefusesFewerThanTwoWindowsAndWindowsThatAreNone) {
  const auto one = fit({{seconds(1), 100_MiB}, {seconds(1), 110_MiB}}, 8_GiB);
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().message, "dirty pages were sampled over 1 window(s); a curve needs two, such as 1 s and 10 s");
  const auto none = fit({{seconds(0), 100_MiB}, {seconds(1), 110_MiB}}, 8_GiB);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "104857600 bytes dirtied within 0 ms are no sample; give positive windows");
}

TEST(AssumedCurve, LetsAGuestConvergeOnAGigabitLink) {
  for (Bytes memory : {256_MiB, 4_GiB, 64_GiB}) EXPECT_TRUE(estimate({memory, assumed_curve(memory)}, 117_MBps).converges);
}

}  // namespace
}  // namespace headroom::migration
