// What a sample finds is measured on real guests (tests of the lab): libvirt's test driver knows no dirty rate.
#include "../src/dirty_sampler.h"

#include <gtest/gtest.h>

#include "hanging_daemon.h"

namespace headroom::libvirt {
namespace {

using std::chrono::seconds;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);

TEST(DirtySampler, HoldsUpNobodyWhenAHostHangs) {
  HangingDaemon hanging;
  const auto clock = std::make_shared<ManualClock>(kNoon);
  const Stopwatch watch;
  {
    DirtySampler sampler({.every = seconds(1)}, {}, clock);
    for (int i = 0; i < 10; ++i) {
      sampler.round({{{"vm", HostId(0)}, hanging.uri()}});
      clock->set(clock->now() + seconds(10));
    }
    EXPECT_TRUE(sampler.of("vm").empty());
  }
  EXPECT_LT(watch.seconds(), 5);
}

TEST(DirtiedWithin, IsTheMostThatARateInWholeMebibytesCanMean) {
  EXPECT_EQ(dirtied_within(seconds(1), 4, Bytes()), 5_MiB);
  EXPECT_EQ(dirtied_within(seconds(10), 0, 5_MiB), 10_MiB);
  EXPECT_EQ(dirtied_within(seconds(10), 0, 40_MiB), 40_MiB);
  EXPECT_EQ(dirtied_within(seconds(1), -1, Bytes()), 1_MiB);
}

}  // namespace
}  // namespace headroom::libvirt
