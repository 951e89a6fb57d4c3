#include "headroom/access/throttle.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace headroom::access {
namespace {

using std::chrono::seconds;

const Instant kStart = instant_from_epoch_seconds(1'700'000'000);

TEST(Throttle, BlocksAfterAFewFailuresAndLetsOneMoreInNowAndThen) {
  Throttle throttle;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(throttle.blocked_for("192.0.2.7", kStart), Duration(0)) << i;
    throttle.note_failure("192.0.2.7", kStart);
  }
  EXPECT_EQ(throttle.blocked_for("192.0.2.7", kStart), seconds(10));
  EXPECT_EQ(throttle.blocked_for("192.0.2.7", kStart + seconds(4)), seconds(6));
  EXPECT_EQ(throttle.blocked_for("192.0.2.7", kStart + seconds(10)), Duration(0));
  throttle.note_failure("192.0.2.7", kStart + seconds(10));
  EXPECT_GT(throttle.blocked_for("192.0.2.7", kStart + seconds(10)), Duration(0));
  EXPECT_EQ(throttle.blocked_for("192.0.2.7", kStart + seconds(100)), Duration(0));
  EXPECT_EQ(throttle.remembered(), 0U) << "who behaved long enough is forgotten";
}

TEST(Throttle, BlocksNobodyElse) {
  Throttle throttle({1, seconds(10)});
  throttle.note_failure("192.0.2.7", kStart);
  EXPECT_GT(throttle.blocked_for("192.0.2.7", kStart), Duration(0));
  EXPECT_EQ(throttle.blocked_for("192.0.2.8", kStart), Duration(0));
}

TEST(Throttle, TakesAnIpv6NetworkForOnePeer) {
  Throttle throttle({1, seconds(10)});
  throttle.note_failure("2001:db8:1:2::7", kStart);
  EXPECT_GT(throttle.blocked_for("2001:db8:1:2:ffff::8", kStart), Duration(0));
  EXPECT_EQ(throttle.blocked_for("2001:db8:1:3::7", kStart), Duration(0));
  throttle.note_failure("::ffff:192.0.2.7", kStart);
  EXPECT_EQ(throttle.blocked_for("::ffff:192.0.2.8", kStart), Duration(0)) << "those are IPv4 peers";
}

TEST(Throttle, RemembersABoundedNumberOfPeers) {
  Throttle throttle;
  for (std::size_t i = 0; i < Throttle::kMostPeers + 100; ++i) throttle.note_failure(fmt::format("peer {}", i), kStart + seconds(i));
  EXPECT_EQ(throttle.remembered(), Throttle::kMostPeers);
}

TEST(Throttle, IsNotUndoneByAClockSetBack) {
  Throttle throttle({1, seconds(10)});
  throttle.note_failure("192.0.2.7", kStart);
  EXPECT_EQ(throttle.blocked_for("192.0.2.7", kStart - seconds(3600)), seconds(10));
}

}  // namespace
}  // namespace headroom::access
