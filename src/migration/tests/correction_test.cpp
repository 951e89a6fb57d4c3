#include "headroom/migration/correction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace headroom::migration {
namespace {

using std::chrono::seconds;

// A migration foretold to take a minute that takes `factor` as long.
void learn(Correction& c, HostPair pair, double factor) {
  c.learn(pair, seconds(60), Duration(std::llround(60'000 * factor)));
}

double share(Duration d) { return static_cast<double>(d.count()) / 60'000; }
double expected(const Correction& c, HostPair pair) { return share(c.of(pair).expected(seconds(60))); }
double late(const Correction& c, HostPair pair) { return share(c.of(pair).late(seconds(60))); }

// A hypervisor that needs some time to begin, which the formula does not know, and sends at another speed than it thinks.
struct Truth {
  double fixed_s = 0, factor = 1, scatter = 0.1, accidents = 0.04;

  Duration of(double predicted_s, std::mt19937_64& random) const {
    std::normal_distribution<double> noise(0, scatter);
    std::uniform_real_distribution<double> chance;
    const double accident = chance(random) < accidents ? 10 : 1;
    return Duration(std::llround(1000 * accident * (fixed_s + factor * predicted_s) * std::exp(noise(random))));
  }
};

// How far off predictions of migrations of all lengths are, and how many stay under what 95 of 100 are to.
struct Judged {
  double median = 0, p90 = 0, under_late = 0;
};
Judged judge(const std::vector<Truth>& pairs, int moves, int counted_from) {
  std::vector<double> off;
  double under = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> length(1, 1);
    Correction c;
    for (int i = 0; i < moves; ++i) {
      const auto p = random() % pairs.size();
      const HostPair pair{static_cast<std::uint32_t>(p), 99};
      const double predicted_s = 2.1 + std::exp(length(random));
      const Duration predicted(std::llround(1000 * predicted_s)), took = pairs[p].of(predicted_s, random);
      const Outlook outlook = c.of(pair);
      if (i >= counted_from) {
        const double ratio = static_cast<double>(took.count()) / static_cast<double>(outlook.expected(predicted).count());
        off.push_back(std::max(ratio, 1 / ratio) - 1);
        under += took <= outlook.late(predicted);
      }
      c.learn(pair, predicted, took);
    }
  }
  std::sort(off.begin(), off.end());
  return {off[off.size() / 2], off[off.size() * 9 / 10], under / static_cast<double>(off.size())};
}

TEST(Correction, BelievesThePredictionAndHalfAsMuchAgainWhileNothingIsLearnt) {
  const Outlook outlook = Correction().of({1, 2});
  for (const int s : {2, 5, 20, 60, 600}) {
    EXPECT_EQ(outlook.expected(seconds(s)), seconds(s));
    EXPECT_NEAR(static_cast<double>(outlook.late(seconds(s)).count()), 1500 * s, 120 * s) << s;
  }
  EXPECT_EQ(outlook.downtime(Duration(130)), Duration(130));
}

TEST(Correction, TellsAFixedPartFromAFactor) {
  Correction c;
  for (int i = 0; i < 60; ++i) {
    const int predicted = 3 + 7 * (i % 5);
    c.learn({1, 2}, seconds(predicted), seconds(6 + 2 * predicted));
  }
  const Outlook outlook = c.of({1, 2});
  EXPECT_NEAR(outlook.factor(), 2, 0.1);
  for (const int predicted : {4, 20, 100})
    EXPECT_NEAR(static_cast<double>(outlook.expected(seconds(predicted)).count()), 1000 * (6 + 2 * predicted), 60 * (6 + 2 * predicted)) << predicted;
  EXPECT_NEAR(static_cast<double>(outlook.predicted_for(seconds(46)).count()), 20'000, 1500);
  EXPECT_EQ(outlook.predicted_for(Duration(1)), Duration(1)) << "less than the fixed part is as good as nothing";
}

TEST(Correction, IsWithinFifteenPercentInTheMiddleAndThirtyFiveAtNineInTen) {
  const std::vector<std::vector<Truth>> worlds{
      {{5.7, 1}},                                             // a setup that the formula does not know
      {{-1.7, 1.25, 0.1, 0.02}},                              // quicker to begin, slower to send
      {{2, 0.7}, {4, 1}, {6, 1.4}, {3, 2}, {5, 1}, {2, 1}},   // every pair of hosts has its own
      {{0, 0.7}, {0, 1}, {0, 1.5}},
  };
  for (std::size_t w = 0; w < worlds.size(); ++w) {
    const Judged first = judge(worlds[w], 20, 4), later = judge(worlds[w], 600, 40);
    std::printf("world %zu: moves 5 to 20 off by %.3f (p90 %.3f, %.3f under late), 41 to 600 by %.3f (%.3f, %.3f)\n", w, first.median, first.p90,
                first.under_late, later.median, later.p90, later.under_late);
    EXPECT_LT(first.median, 0.30) << w;
    EXPECT_LT(later.median, 0.15) << w;
    EXPECT_LT(later.p90, 0.35) << w;
    EXPECT_NEAR(later.under_late, 0.95, 0.03) << w;
  }
}

TEST(Correction, FollowsALinkThatHasBecomeThreeTimesAsSlow) {
  std::mt19937_64 random(3);
  Correction c;
  const Truth before{6, 1, 0.1, 0}, after{6, 3, 0.1, 0};
  for (int i = 0; i < 60; ++i) c.learn({1, 2}, seconds(3 + i % 30), before.of(3 + i % 30, random));
  for (int i = 0; i < 20; ++i) c.learn({1, 2}, seconds(3 + i % 30), after.of(3 + i % 30, random));
  EXPECT_NEAR(static_cast<double>(c.of({1, 2}).expected(seconds(20)).count()), 66'000, 12'000);
}

TEST(Correction, LearnsDowntimesAndIsNotThrownByAnAccident) {
  Correction c;
  for (int i = 0; i < 40; ++i) c.learn_downtime({1, 2}, Duration(100 + i), Duration(300 + i));
  EXPECT_NEAR(static_cast<double>(c.of({1, 2}).downtime(Duration(100)).count()), 300, 20);
  c.learn_downtime({1, 2}, Duration(100), seconds(30));
  EXPECT_NEAR(static_cast<double>(c.of({1, 2}).downtime(Duration(100)).count()), 300, 40);
  EXPECT_NEAR(static_cast<double>(c.of({3, 4}).downtime(Duration(100)).count()), 300, 40) << "another pair, as the fleet has it";
  for (int i = 0; i < 40; ++i) c.learn_downtime({1, 2}, Duration(500), Duration(0));
  EXPECT_GE(c.of({1, 2}).downtime(Duration(10)), Duration(0));
}

TEST(Correction, LearnsThatAPairIsSlowAndLeavesTheOthersNearlyAlone) {
  Correction c;
  for (int i = 0; i < 40; ++i) {
    learn(c, {1, 2}, 2.0);
    for (std::uint32_t h = 3; h < 20; ++h) learn(c, {h, 2}, 1.0);
  }
  EXPECT_NEAR(expected(c, {1, 2}), 2, 0.3);
  EXPECT_NEAR(expected(c, {5, 2}), 1, 0.1);
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
    under += factor <= late(c, pair);
    under_expected += factor <= expected(c, pair);
    learn(c, pair, factor);
  }
  EXPECT_NEAR(under / static_cast<double>(kTries), 0.95, 0.02);
  EXPECT_NEAR(under_expected / static_cast<double>(kTries), 0.5, 0.03);
}

TEST(Correction, ForgetsWhatIsLongAgo) {
  Correction c;
  for (int i = 0; i < 100; ++i) learn(c, {1, 2}, 3.0);
  for (int i = 0; i < 40; ++i) learn(c, {1, 2}, 1.0);
  EXPECT_NEAR(expected(c, {1, 2}), 1, 0.05);
}

TEST(Correction, GivesANewPairWhatTheFleetHasLearnt) {
  Correction c;
  for (std::uint32_t h = 0; h < 50; ++h) learn(c, {h, 99}, 1.5);
  EXPECT_NEAR(expected(c, {7, 8}), 1.5, 0.15);
  EXPECT_LT(late(c, {7, 8}) / expected(c, {7, 8}), late(Correction(), {7, 8}));
}

TEST(Correction, IsNotThrownByAnAbsurdMeasurementNorByNone) {
  Correction c;
  c.learn({1, 2}, seconds(60), seconds(0));
  c.learn({1, 2}, seconds(0), seconds(60));
  EXPECT_DOUBLE_EQ(expected(c, {1, 2}), 1);
  c.learn({1, 2}, seconds(1), std::chrono::hours(1000));
  EXPECT_LE(expected(c, {1, 2}), 20);
  EXPECT_LT(late(c, {1, 2}), 200);
}

}  // namespace
}  // namespace headroom::migration
