#include "headroom/migration/estimate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headroom::migration {
namespace {

constexpr double kMiB = 1 << 20;

TEST(Estimate, SendsTheGeometricSumOfRoundsWhenPagesAreDirtiedAtAConstantRate) {
  const double memory = 8e9, bandwidth = 1e9, dirty = 0.4e9, limit = 0.3;
  const Estimate e = estimate({Bytes(8'000'000'000), {0, 1, dirty}}, BytesPerSecond(1'000'000'000));
  const double r = dirty / bandwidth;
  const double n = std::ceil(std::log(limit * bandwidth / memory) / std::log(r));
  const double seconds = memory / bandwidth * (1 - std::pow(r, n + 1)) / (1 - r);
  ASSERT_TRUE(e.converges);
  EXPECT_EQ(e.rounds, static_cast<int>(n));
  EXPECT_NEAR(static_cast<double>(e.bytes.count()), seconds * bandwidth, 10);
  EXPECT_NEAR(static_cast<double>(e.duration.count()), 2000 + 1000 * seconds + 100, 2);
  EXPECT_NEAR(static_cast<double>(e.downtime.count()), 100 + 1000 * memory / bandwidth * std::pow(r, n), 2);
}

TEST(Estimate, SendsAnIdleGuestOnce) {
  const Estimate e = estimate({8_GiB, {}}, BytesPerSecond((1_GiB).count()));
  EXPECT_TRUE(e.converges);
  EXPECT_EQ(e.rounds, 1);
  EXPECT_EQ(e.bytes, 8_GiB);
  EXPECT_EQ(e.duration, Duration(2000 + 8000 + 100));
  EXPECT_EQ(e.downtime, Duration(100));
}

TEST(Estimate, ConvergesWhereOnlyHotPagesAreDirtiedFastThoughAConstantRateWouldNot) {
  const DirtyCurve hot{200 * kMiB, 0.1, 0};  // 2,000 MiB/s at first, but of 200 MiB only
  const DirtyCurve constant{0, 1, 2000 * kMiB};
  const BytesPerSecond bandwidth((1_GiB).count());
  EXPECT_TRUE(estimate({8_GiB, hot}, bandwidth).converges);
  EXPECT_FALSE(estimate({8_GiB, constant}, bandwidth).converges);
}

TEST(Estimate, NeverSendsMoreThanAllMemoryInARound) {
  const Estimate e = estimate({1_GiB, {0, 1, 100e9}}, 100_MBps);
  EXPECT_FALSE(e.converges);
  EXPECT_EQ(e.rounds, 8);
  EXPECT_EQ(e.bytes, 1_GiB * 9);
}

TEST(Estimate, SendsMoreBytesTheSlowerTheLink) {
  const Payload payload{16_GiB, assumed_curve(16_GiB)};
  Bytes before;
  for (BytesPerSecond rate : {2500_MBps, 1250_MBps, 600_MBps, 300_MBps, 150_MBps}) {
    const Estimate e = estimate(payload, rate);
    EXPECT_TRUE(e.converges) << rate.count();
    EXPECT_GT(e.bytes, before);
    before = e.bytes;
  }
}

TEST(Estimate, SaysThatNothingConvergesWithoutBandwidth) {
  EXPECT_FALSE(estimate({1_GiB, {}}, BytesPerSecond(0)).converges);
}

TEST(Estimate, StaysWithinSixtyFourBitsOnTheSlowestLink) {
  const Estimate e = estimate({Bytes(std::int64_t{1} << 50), {0, 1, 1e30}}, BytesPerSecond(1));
  EXPECT_FALSE(e.converges);
  EXPECT_GT(e.duration.count(), 0);
}

}  // namespace
}  // namespace headroom::migration
