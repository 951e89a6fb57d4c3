#include "headroom/base/clock.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

TEST(BootClock, RisesAndIsNotTheTimeOfDay) {
  const SystemBootClock clock;
  const auto first = clock.since_boot();
  EXPECT_GT(first.count(), 0);
  EXPECT_GE(clock.since_boot(), first);
  EXPECT_LT(first, SystemClock().now().time_since_epoch());
}

TEST(BootClock, OfATestMovesWhenTheTestSaysSo) {
  ManualBootClock clock(std::chrono::seconds(5));
  EXPECT_EQ(clock.since_boot(), std::chrono::seconds(5));
  clock.set(std::chrono::hours(1));
  EXPECT_EQ(clock.since_boot(), std::chrono::hours(1));
}

}  // namespace
}  // namespace headroom
