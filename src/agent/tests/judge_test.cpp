#include "../src/judge.h"

#include <gtest/gtest.h>

namespace headroom::agent {
namespace {

using namespace wire::v1;

constexpr std::int64_t kMiB = 1024;

Values calm() {
  Values values{};
  values[METRIC_CPU_MCORES] = 1500;
  values[METRIC_VCPUS_ONLINE] = 4;
  values[METRIC_MEMORY_TOTAL_KIB] = 4096 * kMiB;
  values[METRIC_MEMORY_AVAILABLE_KIB] = 2048 * kMiB;
  return values;
}

Allocation memory(std::int64_t from_mib, std::int64_t to_mib) {
  Allocation allocation;
  allocation.set_moment(Allocation::BEFORE);
  allocation.set_memory_kib_from(static_cast<std::uint64_t>(from_mib * kMiB));
  allocation.set_memory_kib_to(static_cast<std::uint64_t>(to_mib * kMiB));
  return allocation;
}

Allocation vcpus(std::uint32_t from, std::uint32_t to) {
  Allocation allocation;
  allocation.set_moment(Allocation::BEFORE);
  allocation.set_vcpus_from(from);
  allocation.set_vcpus_to(to);
  return allocation;
}

TEST(Veto, IsNotSaidOfAShrinkThatLeavesTheReserve) {
  EXPECT_EQ(veto(memory(4096, 3072), calm()), std::nullopt);
  EXPECT_EQ(veto(vcpus(4, 2), calm()), std::nullopt);
  EXPECT_EQ(veto(memory(4096, 8192), calm()), std::nullopt);
  EXPECT_EQ(veto(vcpus(4, 0), calm()), std::nullopt);  // left alone
}

TEST(Veto, OfMemoryTellsWhatIsAvailableAndWhatTheReserveIs) {
  EXPECT_EQ(veto(memory(4096, 2100), calm()), "2048 MiB are available; 1996 MiB less would leave less than the reserve of 105 MiB");
}

TEST(Veto, OfMemoryIsSaidWhileItStallsOrSwapIsRead) {
  Values values = calm();
  values[METRIC_MEMORY_STALL] = 105;
  EXPECT_EQ(veto(memory(4096, 4000), values), "memory stalls 1.05 % of the time already");
  values = calm();
  values[METRIC_SWAP_IN_KIB_PER_S] = 12;
  EXPECT_EQ(veto(memory(4096, 4000), values), "swap is being read, 12 KiB/s");
}

TEST(Veto, OfVcpusTellsHowManyMillicoresAreInUse) {
  EXPECT_EQ(veto(vcpus(4, 1), calm()), "1500 millicores are in use; 1 vCPUs should carry at most 900");
}

TEST(Veto, IsSaidWhenNothingIsKnownOfWhatWouldBeTaken) {
  Values values;
  values.fill(kUnknown);
  EXPECT_TRUE(veto(memory(4096, 4095), values));
  EXPECT_TRUE(veto(vcpus(4, 3), values));
}

class Demanding : public testing::Test {
 protected:
  std::optional<Demand> at(int second, std::int64_t cpu_pressure, std::int64_t memory_pressure, std::int64_t available_mib = 2048) {
    Sample sample;
    sample.boottime_ns = second * 1'000'000'000LL;
    sample.values = calm();
    sample.values[METRIC_CPU_PRESSURE] = cpu_pressure;
    sample.values[METRIC_MEMORY_PRESSURE] = memory_pressure;
    sample.values[METRIC_MEMORY_AVAILABLE_KIB] = available_mib * kMiB;
    return watch.look(sample);
  }
  DemandWatch watch;
};

TEST_F(Demanding, WaitsUntilThePressureHasStayedUp) {
  for (int s = 0; s < 5; ++s) EXPECT_FALSE(at(s, 3000, 0)) << s;
  const auto demand = at(5, 3000, 0);
  ASSERT_TRUE(demand);
  EXPECT_EQ(demand->resource(), Demand::CPU);
  EXPECT_EQ(demand->has(), 4000u);
  EXPECT_EQ(demand->wanted(), 5000u);
  EXPECT_EQ(demand->sustained_ms(), 5000u);
  EXPECT_EQ(demand->reason(), "some task waits for a processor 30.00 % of the time");
}

TEST_F(Demanding, BeginsToCountAnewWhenThePressureWasDownForAMoment) {
  for (int s = 0; s < 20; ++s) EXPECT_FALSE(at(s, s % 4 == 3 ? 1000 : 3000, 0)) << s;
}

TEST_F(Demanding, IsNotSaidAgainUntilThePressureWasLowAndHalfAMinuteWent) {
  int said = 0;
  for (int s = 0; s <= 120; ++s) said += at(s, 3000, 0).has_value();
  EXPECT_EQ(said, 1);
  EXPECT_FALSE(at(121, 100, 0));
  for (int s = 122; s <= 140; ++s) said += at(s, 3000, 0).has_value();
  EXPECT_EQ(said, 2);
  EXPECT_FALSE(at(141, 100, 0));
  for (int s = 142; s < 157; ++s) EXPECT_FALSE(at(s, 3000, 0)) << s;  // 30 s since the second one are at 157
  EXPECT_TRUE(at(157, 3000, 0));
}

TEST_F(Demanding, ForMemoryIsSaidOfScarcityEvenWhereTheKernelTellsNoPressure) {
  for (int s = 0; s < 5; ++s) EXPECT_FALSE(at(s, 0, kUnknown, 100));
  const auto demand = at(5, 0, kUnknown, 100);
  ASSERT_TRUE(demand);
  EXPECT_EQ(demand->resource(), Demand::MEMORY);
  EXPECT_EQ(demand->reason(), "100 MiB of 4096 MiB are available");
}

}  // namespace
}  // namespace headroom::agent
