#include <gtest/gtest.h>

#include "headroom/cost/allocation_price.h"
#include "headroom/cost/host_price.h"

namespace headroom::cost {
namespace {

using std::chrono::hours;

Host host(std::uint32_t id, PriceClass price_class, double usd_per_hour) {
  Host h;
  h.id = HostId(id);
  h.price.price_class = price_class;
  h.price.usd_per_hour = usd_per_hour;
  return h;
}

TEST(AllocationPrice, AddsUpTheListPricesOfEachResource) {
  const AllocationPrice price;
  EXPECT_NEAR(price.usd_per_hour(Resources(2_cores, 8_GiB)), 2 * 0.0316 + 8 * 0.00424, 1e-12);
  EXPECT_NEAR(price.usd_per_hour(Resources(0_cores, 0_GiB, 100_MBps, 10_MBps)), 110 * 0.0000548, 1e-12);
  EXPECT_EQ(price.usd_per_hour(Resources()), 0);
}

TEST(AllocationPrice, OfOneMoreStepIsTheSameWhateverIsAllocatedAlready) {
  const AllocationPrice price;
  const Resources before(2_cores, 8_GiB), after(2250_mcores, 8_GiB);
  EXPECT_NEAR(price.usd_per_hour(after) - price.usd_per_hour(before), price.marginal_usd_per_hour(Resource::kCpu, 250),
              1e-12);
  EXPECT_NEAR(price.marginal_usd_per_hour(Resource::kMemory, -(1_GiB).count()), -0.00424, 1e-12);
}

TEST(HostPrice, OfAReservedHostIsPaidOnOrOffSoUsingItIsFree) {
  Host h = host(1, PriceClass::kReserved, 0.5);
  for (auto power : {PowerState::kOff, PowerState::kOn}) {
    h.power = power;
    EXPECT_EQ(host_usd_per_hour(h, {}, 0.5), 0.5);
    EXPECT_EQ(marginal_usd_per_hour(h, {}), 0);
  }
}

TEST(HostPrice, OfAnOnDemandHostIsPaidWhileItIsOn) {
  Host h = host(1, PriceClass::kOnDemand, 0.5);
  EXPECT_EQ(host_usd_per_hour(h, {}, 0.5), 0.5);
  h.power = PowerState::kStarting;
  EXPECT_EQ(host_usd_per_hour(h, {}, 0.5), 0.5);
  for (auto power : {PowerState::kOff, PowerState::kFailed}) {
    h.power = power;
    EXPECT_EQ(host_usd_per_hour(h, {}, 0.5), 0);
    EXPECT_EQ(marginal_usd_per_hour(h, {}), 0.5);
  }
}

TEST(HostPrice, OfASpotHostIncludesItsRiskInDecisionsButNotOnTheBill) {
  Host h = host(1, PriceClass::kSpot, 0.2);
  h.price.interruptions_per_day = 2.4;
  EXPECT_EQ(host_usd_per_hour(h, {}, 0.5), 0.2);
  EXPECT_NEAR(marginal_usd_per_hour(h, HostRates{.usd_per_kwh = 0, .usd_per_interruption = 0.5}), 0.2 + 0.1 * 0.5, 1e-12);
}

TEST(HostPrice, OfAnOwnHostFollowsItsPowerCurve) {
  Host h = host(1, PriceClass::kPower, 0);
  h.price.watts_idle = 100;
  h.price.watts_full = 300;
  const HostRates rates{.usd_per_kwh = 0.2, .usd_per_interruption = 0};
  EXPECT_NEAR(host_usd_per_hour(h, rates, 0), 0.02, 1e-12);
  EXPECT_NEAR(host_usd_per_hour(h, rates, 0.5), 0.04, 1e-12);
  EXPECT_NEAR(marginal_usd_per_hour(h, rates, 1.0), 0.06, 1e-12);
  h.power = PowerState::kOff;
  EXPECT_EQ(host_usd_per_hour(h, rates, 0.5), 0);
}

TEST(HostPrice, EnergyIsPowerTimesTimeAndUtilisationIsClamped) {
  HostPrice price;
  price.watts_idle = 100;
  price.watts_full = 300;
  EXPECT_NEAR(energy_kwh(price, 0.25, hours(2)), 0.3, 1e-12);
  EXPECT_EQ(watts(price, -1), 100);
  EXPECT_EQ(watts(price, 1.5), 300);
  EXPECT_EQ(energy_kwh(price, 1, Duration(0)), 0);
}

TEST(CheapestFirst, OrdersByMarginalPriceAndTiesById) {
  const Host reserved = host(9, PriceClass::kReserved, 5), dear = host(1, PriceClass::kOnDemand, 0.9),
             tie_high = host(7, PriceClass::kOnDemand, 0.5), tie_low = host(4, PriceClass::kOnDemand, 0.5);
  const std::vector<HostId> expected{HostId(9), HostId(4), HostId(7), HostId(1)};
  EXPECT_EQ(cheapest_first({reserved, dear, tie_high, tie_low}, {}), expected);
  EXPECT_EQ(cheapest_first({tie_low, tie_high, dear, reserved}, {}), expected);
  EXPECT_TRUE(cheapest_first({}, {}).empty());
}

}  // namespace
}  // namespace headroom::cost
