#include "../src/ladder.h"

#include <gtest/gtest.h>

namespace headroom::placement {
namespace {

TEST(Ladder, GoesDownByEqualFactorsFromAboveAnItemsScaleToATenth) {
  for (double scale : {1.0, 300.0, 1.5e7}) {
    const Ladder ladder(scale);
    EXPECT_DOUBLE_EQ(ladder.temperature(0), 4 * scale);
    EXPECT_LE(ladder.temperature(ladder.steps()), 0.1);
    EXPECT_GT(ladder.temperature(ladder.steps() - 1), 0.1);
    const Way hard{.soft = false, .chain_odds = 5};
    for (int step = 0; step < ladder.steps(); ++step) {
      const Cooling cooling = ladder.at(step, 0.5, hard);
      EXPECT_DOUBLE_EQ(cooling.to, ladder.at(step + 1, 0.5, hard).from);
      EXPECT_EQ(cooling.chain_odds, 5);
      EXPECT_EQ(cooling.strict_from, 0);
      EXPECT_EQ(cooling.until, 0.5);
    }
  }
}

TEST(Ladder, MakesSoftLimitsStricterStepByStepAndInTheEndOnlyRaisesThePriceOfExcess) {
  const Ladder ladder(1.5e7);
  const Way soft{.soft = true, .chain_odds = 5};
  ASSERT_LT(ladder.softest(), ladder.firm());
  ASSERT_LT(ladder.firm(), ladder.steps());
  double strictness = 0, fall = 1e9;
  for (int step = ladder.softest(); step < ladder.firm(); ++step) {
    const Cooling cooling = ladder.at(step, 1, soft);
    EXPECT_TRUE(ladder.soft(soft, step));
    EXPECT_GE(cooling.strict_from, strictness);
    EXPECT_GE(cooling.strict_to, cooling.strict_from);
    EXPECT_GT(cooling.strict_from, 0);
    EXPECT_LE(cooling.fall, fall) << "step " << step;
    EXPECT_LE(cooling.fall, cooling.rise);
    strictness = cooling.strict_to;
    fall = cooling.fall;
  }
  EXPECT_EQ(fall, 1);
  EXPECT_EQ(ladder.at(ladder.firm(), 1, soft).strict_from, 0) << "limits are walls there";
  EXPECT_FALSE(ladder.soft({.soft = false}, ladder.softest()));
}

TEST(Ladder, HasNoStepsBelowItsColdestWhereCostsAreTiny) {
  const Ladder ladder(1);
  EXPECT_LE(ladder.firm(), ladder.steps());
  EXPECT_LT(ladder.softest(), ladder.firm());
}

}  // namespace
}  // namespace headroom::placement
