// The specification's order, a test a line.
#include <gtest/gtest.h>

#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "world.h"

namespace headroom {
namespace {

TEST(MigrateFirst, LeavesAVmAloneWhoseForecastStaysUnderItsLimit) {
  TestWorld w(2);
  w.add(0, 2000, 1500);
  EXPECT_TRUE(make_plan(w.s, migrate_first_policy()).actions.empty());
}

TEST(MigrateFirst, MovesToTheCheapestHostAndTheMoveCarriesTheRequiredAllocation) {
  TestWorld w(3);
  w.add(0, 2000, 3200);
  w.s.hosts[1].price.usd_per_hour = 0.8;
  w.s.hosts[2].price.usd_per_hour = 0.5;
  const Plan plan = make_plan(w.s, migrate_first_policy());
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].kind, ActionKind::kMigrate);
  EXPECT_EQ(plan.actions[0].to, HostId(2));
  EXPECT_EQ(plan.actions[0].after.cpu(), MilliCores(4000));  // 3200 / 0.8
  EXPECT_EQ(plan.actions[0].reason.code, ReasonCode::kForecastOverLimit);
  EXPECT_TRUE(check_plan(w.s, plan).empty());
}

TEST(MigrateFirst, BreaksTiesByHostIdAndNeverPicksTheCurrentHost) {
  TestWorld w(3);
  w.add(1, 2000, 3200);
  const Plan plan = make_plan(w.s, migrate_first_policy());
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].to, HostId(0));
}

TEST(MigrateFirst, ScalesInPlaceWhenNoOtherHostHasTheRoomAndListsTheRestAsDenied) {
  TestWorld w(2);
  w.add(0, 2000, 3200);
  w.add(0, 5500, 1000);
  w.add(1, 6000, 1000);
  const Plan plan = make_plan(w.s, migrate_first_policy());
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].kind, ActionKind::kResize);
  EXPECT_EQ(plan.actions[0].after.cpu(), MilliCores(2500));  // 8 cores - 5.5 - 2 leaves half a core
  ASSERT_EQ(plan.denied.size(), 1U);
  EXPECT_EQ(plan.denied[0].vm, VmId(0));
}

TEST(MigrateFirst, SkipsAVmWithAnActionInFlight) {
  TestWorld w(2);
  w.add(0, 2000, 3200).action_in_flight = true;
  EXPECT_TRUE(make_plan(w.s, migrate_first_policy()).actions.empty());
}

TEST(MigrateFirst, CountsBothEndsOfAMoveThatIsStillInFlight) {
  TestWorld w(2);
  w.add(0, 2000, 3200);
  Vm& moving = w.add(0, 4500, 1000);
  moving.action_in_flight = true;
  w.s.in_flight.push_back({{ActionKind::kMigrate, moving.id, HostId(0), HostId(1), moving.allocation, moving.allocation, {}}, w.s.taken_at});
  const Plan plan = make_plan(w.s, migrate_first_policy());  // host 1 has 3.5 cores left, 4 are required
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].kind, ActionKind::kResize);
  EXPECT_EQ(plan.actions[0].after.cpu(), MilliCores(3500));
}

}  // namespace
}  // namespace headroom
