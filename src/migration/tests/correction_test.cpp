#include "headroom/migration/correction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace headroom::migration {
namespace {

using std::chrono::seconds;

// A migration foretold to take a minute that takes `factor` as long.
void learn(Correction& c, HostPair pair, double factor) {
  c.learn(pair, seconds(60), Duration(std::llround(60'000 * factor)));
}

TEST(Correction, BelievesThePredictionAndHalfAsMuchAgainWhileNothingIsLearnt) {
  const Outlook outlook = Correction().of({1, 2});
  EXPECT_DOUBLE_EQ(outlook.expected, 1);
  EXPECT_NEAR(outlook.late, 1.5, 0.02);
}

TEST(Correction, LearnsThatAPairIsSlowAndLeavesTheOthersNearlyAlone) {
  Correction c;
  for (int i = 0; i < 40; ++i) {
    learn(c, {1, 2}, 2.0);
    for (std::uint32_t h = 3; h < 20; ++h) learn(c, {h, 2}, 1.0);
  }
  EXPECT_NEAR(c.of({1, 2}).expected, 2, 0.3);
  EXPECT_NEAR(c.of({5, 2}).expected, 1, 0.1);
}

TEST(Correction, TellsADurationThatNinetyFiveOfAHundredStayUnder) {
  constexpr std::uint64_t kSeed = 11;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  std::normal_distribution<double> scatter(0, 0.15);
  Correction c;
  int under = 0, under_expected = 0;
  constexpr int kTries = 6000, kPairs = 12;
  for (int i = 0; i < kTries; ++i) {
    const HostPair pair{static_cast<std::uint32_t>(i % kPairs), 99};
    const double factor = (1 + 0.05 * (i % kPairs)) * std::exp(scatter(random));  // every pair has a factor of its own
    under += factor <= c.of(pair).late;
    under_expected += factor <= c.of(pair).expected;
    learn(c, pair, factor);
  }
  EXPECT_NEAR(under / static_cast<double>(kTries), 0.95, 0.02);
  EXPECT_NEAR(under_expected / static_cast<double>(kTries), 0.5, 0.03);
}

TEST(Correction, ForgetsWhatIsLongAgo) {
  Correction c;
  for (int i = 0; i < 100; ++i) learn(c, {1, 2}, 3.0);
  for (int i = 0; i < 40; ++i) learn(c, {1, 2}, 1.0);
  EXPECT_NEAR(c.of({1, 2}).expected, 1, 0.05);
}

TEST(Correction, GivesANewPairWhatTheFleetHasLearnt) {
  Correction c;
  for (std::uint32_t h = 0; h < 50; ++h) learn(c, {h, 99}, 1.5);
  EXPECT_NEAR(c.of({7, 8}).expected, 1.5, 0.15);
  EXPECT_LT(c.of({7, 8}).late / c.of({7, 8}).expected, Correction().of({7, 8}).late);
}

TEST(Correction, IsNotThrownByAnAbsurdMeasurementNorByNone) {
  Correction c;
  c.learn({1, 2}, seconds(60), seconds(0));
  c.learn({1, 2}, seconds(0), seconds(60));
  EXPECT_DOUBLE_EQ(c.of({1, 2}).expected, 1);
  c.learn({1, 2}, seconds(1), std::chrono::hours(1000));
  EXPECT_LE(c.of({1, 2}).expected, 20);
  EXPECT_TRUE(std::isfinite(c.of({1, 2}).late));
}

}  // namespace
}  // namespace headroom::migration
