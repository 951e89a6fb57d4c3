#include "headroom/hypervisor/testing/fake_hypervisor.h"

#include <gtest/gtest.h>

namespace headroom::testing {
namespace {

constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'000);

Action move(VmId vm, HostId from, HostId to, Resources allocation) {
  Action a;
  a.kind = ActionKind::kMigrate;
  a.vm = vm;
  a.from = from;
  a.to = to;
  a.before = a.after = allocation;
  return a;
}

struct FakeHypervisorTest : ::testing::Test {
  ManualClock clock{kStart};
  FakeHypervisor fake{small_fleet(2, 2, kStart), clock};
  Action to_host_1 = move(VmId(0), HostId(0), HostId(1), fake.vm(VmId(0)).allocation);
};

TEST_F(FakeHypervisorTest, MovesAVmWhenTheTimeOfTheMigrationHasPassed) {
  ASSERT_TRUE(fake.start(ActionId(1), to_host_1));
  EXPECT_EQ(fake.progress(ActionId(1))->state, ActionState::kRunning);
  EXPECT_EQ(fake.inventory()->vms[0].host, HostId(0));
  clock.set(kStart + std::chrono::seconds(60));
  const auto progress = fake.progress(ActionId(1));
  EXPECT_EQ(progress->state, ActionState::kDone);
  EXPECT_EQ(progress->downtime, Duration(80));
  EXPECT_EQ(fake.inventory()->vms[0].host, HostId(1));
}

TEST_F(FakeHypervisorTest, StartingAnIdAgainIsTheSameAsStartingItOnce) {
  ASSERT_TRUE(fake.start(ActionId(1), to_host_1));
  ASSERT_TRUE(fake.start(ActionId(1), to_host_1));
  EXPECT_EQ(fake.running().size(), 1u);
  EXPECT_EQ(fake.overlaps(), 0);
}

TEST_F(FakeHypervisorTest, RefusesAndCountsASecondActionOnABusyVm) {
  ASSERT_TRUE(fake.start(ActionId(1), to_host_1));
  EXPECT_EQ(fake.start(ActionId(2), to_host_1).error().code, ErrorCode::kRefused);
  EXPECT_EQ(fake.overlaps(), 1);
}

TEST_F(FakeHypervisorTest, LeavesACancelledVmWhereItWas) {
  ASSERT_TRUE(fake.start(ActionId(1), to_host_1));
  ASSERT_TRUE(fake.cancel(ActionId(1)));
  clock.set(kStart + std::chrono::hours(1));
  EXPECT_EQ(fake.progress(ActionId(1))->state, ActionState::kCancelled);
  EXPECT_EQ(fake.inventory()->vms[0].host, HostId(0));
}

TEST_F(FakeHypervisorTest, KnowsNothingOfWhatWasNeverStartedOrIsForgotten) {
  EXPECT_EQ(fake.progress(ActionId(9)).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(fake.start(ActionId(1), to_host_1));
  fake.forget(ActionId(1));
  EXPECT_EQ(fake.progress(ActionId(1)).error().code, ErrorCode::kNotFound);
}

TEST(ActionState, HasAWordForEachState) {
  EXPECT_EQ(name(ActionState::kRunning), "running");
  EXPECT_EQ(name(ActionState::kDone), "done");
  EXPECT_EQ(name(ActionState::kFailed), "failed");
  EXPECT_EQ(name(ActionState::kCancelled), "cancelled");
}

}  // namespace
}  // namespace headroom::testing
