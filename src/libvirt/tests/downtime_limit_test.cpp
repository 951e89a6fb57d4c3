#include "../src/downtime_limit.h"

#include <gtest/gtest.h>

namespace headroom::libvirt {
namespace {

constexpr Duration kMost{300};

TEST(DowntimeLimit, BeginsWithHalfOfTheMaximumAndAsksForMoreAsMovesStayUnderIt) {
  DowntimeLimit limit(kMost);
  EXPECT_EQ(limit.asked(), kMost / 2);
  Duration before = limit.asked();
  for (int i = 0; i < 30; ++i) {
    limit.learn(limit.asked(), Duration(20));
    EXPECT_GE(limit.asked(), before);
    before = limit.asked();
  }
  EXPECT_GT(before, Duration(290));
}

TEST(DowntimeLimit, TakesOffBeforehandWhatMovesTakeOnTop) {
  DowntimeLimit limit(kMost);
  limit.learn(kMost, Duration(450));
  EXPECT_EQ(limit.asked(), Duration(150));
  // A host that adds the same to all: the second move and all later ones are within the maximum.
  for (int i = 0; i < 20; ++i) {
    const Duration asked = limit.asked(), measured = asked + Duration(150);
    EXPECT_LE(measured, kMost) << i;
    limit.learn(asked, measured);
  }
}

TEST(DowntimeLimit, NeverAsksForSoLittleThatNoMoveComesToAnEnd) {
  DowntimeLimit limit(kMost);
  limit.learn(kMost, std::chrono::minutes(1));
  EXPECT_EQ(limit.asked(), kMost / 4);
}

TEST(DowntimeLimit, ForgetsInTimeWhatWasOnTopOnce) {
  DowntimeLimit limit(kMost);
  limit.learn(kMost, Duration(450));
  for (int i = 0; i < 30; ++i) limit.learn(limit.asked(), Duration(20));
  EXPECT_GT(limit.asked(), Duration(290));
}

}  // namespace
}  // namespace headroom::libvirt
