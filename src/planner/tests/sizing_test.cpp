// The price of an allocation against the formula of sizing.h, worked out by hand.
#include "headroom/planner/make_plan.h"

#include <gtest/gtest.h>

#include "world.h"

namespace headroom {
namespace {

// At most `low` with 90 %, at most `high` with 95 % and more.
Band spiky(float low, float high) {
  Band band;
  band.at = {low, low, low, low, low, high, high, high};
  return band;
}

// A VM of 4 cores that will want half a core within the hour; its later horizons are for the test to say.
TestWorld idle_world(const Band& later) {
  TestWorld w(1);
  w.add(0, 4000, 500);
  auto& outlook = w.s.vms[0].forecast.outlook[index(Resource::kCpu)];
  for (std::size_t h = 3; h < outlook.size(); ++h) outlook[h].peak = later;
  return w;
}

Policy policy_with(double usd_per_overloaded_hour, double minutes_per_scaling) {
  Policy policy = priced_policy();
  policy.priced->usd_per_overloaded_vm_hour = usd_per_overloaded_hour;
  policy.priced->minutes_per_scaling = minutes_per_scaling;
  return policy;
}

std::int64_t cores_after(const TestWorld& w, const Policy& policy) {
  const Plan plan = make_plan(w.s, policy);
  std::int64_t cpu = w.s.vms[0].allocation.cpu().count();
  for (const Action& action : plan.actions) cpu = action.after.cpu().count();
  return cpu;
}

// 3.5 cores saved for a day are 2.65 USD; a change at 0.1 USD an hour and 50 minutes is 0.083.
TEST(Sizing, TakesAwayWhatADayOfForecastsSaysIsNotNeeded) {
  EXPECT_EQ(cores_after(idle_world(Band::certain(500)), policy_with(0.1, 50)), 500);
}

// The same saving, 0.11 USD an hour, lasts some hours at most: at 60 USD an hour of overload the change alone costs 50.
TEST(Sizing, LeavesWhatAChangeWouldCostMoreThanItSavesInTheTimeItLasts) {
  EXPECT_EQ(cores_after(idle_world(Band::certain(3900)), policy_with(60, 50)), 4000);
}

// It cannot be held past six hours, but what it saves until then is more than the change and the change back.
TEST(Sizing, CountsALaterBreachAsOneMoreChangeAndNotAsAReasonToWaitForIt) {
  EXPECT_EQ(cores_after(idle_world(Band::certain(3900)), policy_with(0.1, 5)), 500);
}

TEST(Sizing, GrowsForTheStepAheadWhenTheOverloadThereCostsMoreThanTheRoom) {
  TestWorld w(1);
  w.add(0, 1000, 500);
  auto& outlook = w.s.vms[0].forecast.outlook[index(Resource::kCpu)];
  for (Outlook& o : outlook) o.peak = spiky(900, 3000);
  // One step in ten wants more than it has. With the weight of 5 that is 0.005 or 0.5 USD an hour; two cores more are 0.063.
  EXPECT_EQ(cores_after(w, policy_with(0.01, 0)), 1000);
  EXPECT_EQ(cores_after(w, policy_with(1, 0)), 3000);
}

// Half a core is enough for the step ahead, but once a day it is not: an average step in 288 wants 3.9 cores. At 50 USD an
// overloaded hour (10, weighed) that is 0.17 USD an hour, and the 3.5 cores are 0.11.
TEST(Sizing, KeepsRoomForWhatStrikesOnceADayIfTroubleIsDearEnough) {
  TestWorld w = idle_world(Band::certain(500));
  w.s.vms[0].forecast.outlook[index(Resource::kCpu)].back().peak = Band::certain(3900);
  EXPECT_EQ(cores_after(w, policy_with(1, 0)), 500);
  EXPECT_EQ(cores_after(w, policy_with(10, 0)), 4000);
}

TEST(Sizing, AGrowthNamesTheHorizonThatCallsForIt) {
  TestWorld w(1);
  w.add(0, 1000, 500);
  auto& outlook = w.s.vms[0].forecast.outlook[index(Resource::kCpu)];
  outlook.back().peak = Band::certain(3900);
  Plan plan = make_plan(w.s, policy_with(10, 0));
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].reason.horizon, w.s.horizons.back());
  EXPECT_EQ(plan.actions[0].reason.demand, 3900);
  for (Outlook& o : outlook) o.peak = Band::certain(3900);
  plan = make_plan(w.s, policy_with(10, 0));
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].reason.horizon, w.s.horizons.front());
}

// The same forecast at the same price is not worth a core when CPU weighs next to nothing.
TEST(Sizing, WeighsAnOverloadedMinuteByItsResource) {
  TestWorld w(1);
  w.add(0, 1000, 500);
  for (Outlook& o : w.s.vms[0].forecast.outlook[index(Resource::kCpu)]) o.peak = spiky(900, 3000);
  Policy light = policy_with(1, 0);
  light.priced->overload_weight[index(Resource::kCpu)] = 0.01;
  EXPECT_EQ(cores_after(w, light), 1000);
}

}  // namespace
}  // namespace headroom
