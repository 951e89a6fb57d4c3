#include "../src/level_shifts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "../src/calibration.h"

namespace headroom {
namespace {

using Quantiles = LevelShifts::Quantiles;

constexpr Quantiles kSorted{-2, 0, 0.5, 1, 2, 3, 5, 7};

TEST(LevelShifts, ReadWhatIsSaidUnchangedWithoutAShift) {
  const Quantiles read = shifted(kSorted, {});
  for (std::size_t l = 0; l < kLevelCount; ++l) EXPECT_NEAR(read[l], kSorted[l], 1e-5) << kLevels[l];
}

TEST(LevelShifts, ReadBetweenTheLevelsAndBeyondTheLastInOrder) {
  LevelShifts::Packed shifts{};
  shifts[4] = 24;               // 90 % a half of the way to 95 %, in logits of 2.20 and 2.94
  shifts[7] = 64;               // 99.7 % a logit further: the last two lie 1.21 apart
  const Quantiles read = shifted(kSorted, shifts);
  EXPECT_NEAR(read[4], 2.5, 0.01);
  EXPECT_NEAR(read[7], 7 + 2 / 1.211, 0.01);
  shifts[1] = 127;              // the median would pass the 70 % and the 80 %
  const Quantiles crossed = shifted(kSorted, shifts);
  EXPECT_TRUE(std::is_sorted(crossed.begin(), crossed.end()));
}

constexpr float kRemembered = 0.999F;

Judgement judgement(float truth, const Ground& ground) {
  Judgement j;
  j.truth = j.at_least = truth;
  j.ground = ground;
  return j;
}

// The share of truths under what is given at the level, the last half of `count` judgements. `draw` gives the truth and what
// was said before shifting.
template <class Draw>
double share_under(LevelShifts& shifts, std::size_t level, const Ground& ground, int count, Draw draw) {
  int under = 0;
  for (int i = 0; i < count; ++i) {
    const auto [truth, said] = draw();
    const Quantiles given = as_given(shifted(said, shifts.given()), ground);
    if (i >= count / 2) under += truth < given[level] ? 1 : 0;
    shifts.learn(said, judgement(truth, ground), kRemembered);
  }
  return under / (count - count / 2.0);
}

constexpr Ground kFarBelow{-20, -20};
constexpr Quantiles kNormal{-1.2816F, 0, 0.5244F, 0.8416F, 1.2816F, 1.6449F, 2.3263F, 2.7478F};

TEST(LevelShifts, HoldALevelsShareOfABandThatIsTooWide) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal;
    LevelShifts shifts;
    const double share = share_under(shifts, 4, kFarBelow, 20'000, [&] { return std::pair(normal(random) / 1.5F, kNormal); });
    EXPECT_NEAR(share, 0.9, 0.01) << "and 97.3 % without shifts";
  }
}

TEST(LevelShifts, AnIdleVmsBurstsDoNotLiftItsMedianOffZero) {
  const Ground ground{-5, -4.9F};
  const Quantiles said{-5, -5, -5, 1, 2, 3, 4, 5};
  std::mt19937_64 random(4);
  LevelShifts shifts;
  share_under(shifts, 1, ground, 10'000, [&] { return std::pair(random() % 10 < 7 ? -5.0F : 1.5F, said); });
  EXPECT_EQ(as_given(shifted(said, shifts.given()), ground)[1], -5);
}

// One state is foreseen exactly but for a chance that does not come true, the other badly.
TEST(LevelShifts, AreNotGivenWhereTheyCostMoreThanTheyMend) {
  const Quantiles foreseen{-5, -5, -5, -5, -5, 3, 4, 5}, unforeseen{-1, 0, 0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F};
  const Ground ground{-5, -4.9F};
  std::mt19937_64 random(6);
  bool first = false;
  LevelShifts shifts;
  const double share = share_under(shifts, 4, ground, 10'000, [&] {
    first = !first;
    return first ? std::pair(-5.0F, foreseen) : std::pair(random() % 10 < 4 ? 0.35F : 0.0F, unforeseen);
  });
  EXPECT_LT(share, 0.5);
  EXPECT_EQ(shifts.given(), LevelShifts::Packed{});
}

}  // namespace
}  // namespace headroom
