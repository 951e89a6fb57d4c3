#include "headroom/base/stop.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>

#include "headroom/base/clock.h"

namespace headroom {
namespace {

using std::chrono::hours;

TEST(Pacer, SpreadsTheStepsOverTheTimeGiven) {
  const Stop stop;
  const Stopwatch watch;
  Pacer pacer(stop, Duration(60), 3);
  for (std::size_t i = 1; i <= 3; ++i) EXPECT_TRUE(pacer.wait_for(i));
  EXPECT_GE(watch.seconds(), 0.055);
}

TEST(Pacer, WithNoTimeToTakeNeverWaits) {
  const Stop stop;
  Pacer pacer(stop, Duration(0), 3);
  EXPECT_TRUE(pacer.wait_for(1'000'000));
}

TEST(Pacer, IsWokenByTheRequestToEnd) {
  Stop stop;
  Pacer pacer(stop, hours(10), 1);
  std::thread other([&] { stop.request(); });
  EXPECT_FALSE(pacer.wait_for(1));
  other.join();
}

TEST(Stop, ANudgeEndsOneWaitUnderWayOrToComeAndIsNoRequest) {
  const Stop stop;
  stop.nudge();
  const Stopwatch watch;
  EXPECT_FALSE(stop.wait_for(hours(10)));
  std::thread other([&] { stop.nudge(); });
  EXPECT_FALSE(stop.wait_for(hours(10)));
  other.join();
  EXPECT_LT(watch.seconds(), 600);
  EXPECT_FALSE(stop.wait_for(Duration(20)));
  EXPECT_GE(watch.seconds(), 0.02) << "each ends one";
}

TEST(OnTermination, TurnsASignalIntoARequestToEnd) {
  Stop stop;
  const OnTermination signals(stop);
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  EXPECT_TRUE(stop.wait_for(hours(1)));
}

}  // namespace
}  // namespace headroom
