// Each refusal, and that nothing was started when it was given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.h"

namespace headroom::testing {
namespace {

using ::testing::HasSubstr;

void expect_refused(Rig& rig, Action action, Refusal why) {
  const std::size_t before = rig.actuator->in_flight().size();
  const Verdict v = rig.submit_one(std::move(action));
  EXPECT_EQ(v.decision, Decision::kRefused);
  ASSERT_TRUE(v.refusal.has_value()) << v.why;
  EXPECT_EQ(name(*v.refusal), name(why)) << v.why;
  EXPECT_FALSE(v.why.empty());
  EXPECT_EQ(rig.actuator->in_flight().size(), before);
}

TEST(Gate, StartsWhatNothingSpeaksAgainst) {
  Rig rig;
  EXPECT_EQ(rig.submit_one(rig.grow(0)).decision, Decision::kStarted);
  EXPECT_EQ(rig.submit_one(rig.migrate(1, 2)).decision, Decision::kStarted);
}

TEST(Gate, RecommendsWhenTheFleetOrTheVmIsAtThatLevel) {
  Rig fleet{SafetyLimits{}};
  EXPECT_EQ(fleet.submit_one(fleet.grow(0)).decision, Decision::kRecommended);
  Rig rig;
  rig.fake.vm(VmId(0)).level = AutomationLevel::kRecommend;
  const Verdict v = rig.submit_one(rig.grow(0));
  EXPECT_EQ(v.decision, Decision::kRecommended);
  EXPECT_EQ(v.refusal, Refusal::kLevel);
  EXPECT_TRUE(rig.actuator->in_flight().empty());
}

TEST(Gate, DoesNotCarryOutWhatTheRuleBehindItOnlyRecommendsOrObserves) {
  Rig rig;
  Action action = rig.grow(0);
  action.level = AutomationLevel::kRecommend;
  action.reason.rule = "grow-cpu";
  const Verdict v = rig.submit_one(action);
  EXPECT_EQ(v.decision, Decision::kRecommended);
  EXPECT_EQ(v.refusal, Refusal::kLevel);
  EXPECT_EQ(v.why, "the automation level of the rule 'grow-cpu' is recommend");
  EXPECT_TRUE(rig.actuator->in_flight().empty());
  action.level = AutomationLevel::kObserve;
  expect_refused(rig, action, Refusal::kLevel);
}

TEST(Gate, SaysNothingAboutAVmItOnlyObserves) {
  Rig rig;
  rig.fake.vm(VmId(0)).level = AutomationLevel::kObserve;
  expect_refused(rig, rig.grow(0), Refusal::kLevel);
}

TEST(Gate, RecommendsForAnotherManagersVmAndNeverTouchesIt) {
  Rig rig;
  rig.fake.vm(VmId(0)).owner = "nova";
  const Verdict v = rig.submit_one(rig.grow(0));
  EXPECT_EQ(v.decision, Decision::kRecommended);
  EXPECT_EQ(v.refusal, Refusal::kForeignOwner);
  EXPECT_THAT(v.why, HasSubstr("nova"));
  EXPECT_TRUE(rig.actuator->in_flight().empty());
}

TEST(Gate, DoesNotRecommendWhatMakesNoSense) {
  Rig rig{SafetyLimits{}};
  rig.fake.vm(VmId(0)).mobility = Mobility::kImmovable;
  expect_refused(rig, rig.migrate(0, 1), Refusal::kImmovable);
}

TEST(Gate, StartsNothingWhilePausedAndGoesOnAfter) {
  Rig rig;
  ASSERT_TRUE(rig.actuator->pause("kernel update", rig.clock.now()));
  expect_refused(rig, rig.grow(0), Refusal::kPaused);
  ASSERT_TRUE(rig.actuator->resume());
  EXPECT_EQ(rig.submit_one(rig.grow(0)).decision, Decision::kStarted);
}

TEST(Gate, RefusesToMoveWhatMovesNotOrOnlyWhileItIsOff) {
  Rig rig;
  rig.fake.vm(VmId(0)).mobility = Mobility::kImmovable;
  rig.fake.vm(VmId(1)).mobility = Mobility::kCold;
  expect_refused(rig, rig.migrate(0, 1), Refusal::kImmovable);
  expect_refused(rig, rig.migrate(1, 2), Refusal::kImmovable);
}

TEST(Gate, ChangesAResourceOnlyInADirectionItScales) {
  Rig rig;
  auto& scaling = rig.fake.vm(VmId(0)).scaling[index(Resource::kCpu)];
  scaling = Scaling::kNever;
  expect_refused(rig, rig.grow(0), Refusal::kScaling);
  scaling = Scaling::kAtBoot;
  expect_refused(rig, rig.grow(0), Refusal::kScaling);
  scaling = Scaling::kLiveUp;
  expect_refused(rig, rig.resize(0, 1_cores, 4_GiB), Refusal::kScaling);
  Action with_growth = rig.migrate(0, 1);
  with_growth.after[Resource::kCpu] = 1000;
  expect_refused(rig, with_growth, Refusal::kScaling);
  EXPECT_EQ(rig.submit_one(rig.grow(0)).decision, Decision::kStarted);
}

TEST(Gate, KeepsFloorAndCeiling) {
  Rig rig;
  rig.fake.vm(VmId(0)).floor = Resources(2_cores);
  rig.fake.vm(VmId(0)).ceiling = Resources(2_cores, 64_GiB);
  expect_refused(rig, rig.resize(0, 1_cores, 4_GiB), Refusal::kOutOfBounds);
  expect_refused(rig, rig.grow(0), Refusal::kOutOfBounds);
}

TEST(Gate, HasOneActionInFlightForAVm) {
  Rig rig;
  ASSERT_EQ(rig.submit_one(rig.migrate(0, 1)).decision, Decision::kStarted);
  expect_refused(rig, rig.grow(0), Refusal::kInFlight);
  rig.fake.vm(VmId(1)).action_in_flight = true;  // somebody else's
  expect_refused(rig, rig.grow(1), Refusal::kInFlight);
}

TEST(Gate, CountsAMigrationOnBothItsHosts) {
  SafetyLimits limits = automatic();
  limits.migrations_per_host = 1;
  Rig rig(limits);
  ASSERT_EQ(rig.submit_one(rig.migrate(0, 1)).decision, Decision::kStarted);
  expect_refused(rig, rig.migrate(4, 2), Refusal::kHostLimit);  // its source is busy
  expect_refused(rig, rig.migrate(2, 1), Refusal::kHostLimit);  // its destination is busy
  EXPECT_EQ(rig.submit_one(rig.migrate(2, 3)).decision, Decision::kStarted);
}

TEST(Gate, LimitsMigrationsAndResizesOfTheFleetSeparately) {
  SafetyLimits limits = automatic();
  limits.migrations = limits.resizes = 1;
  Rig rig(limits);
  const auto verdicts = rig.submit({rig.migrate(0, 1), rig.migrate(2, 3), rig.grow(4), rig.grow(5)});
  EXPECT_EQ(verdicts[0].decision, Decision::kStarted);
  EXPECT_EQ(verdicts[1].refusal, Refusal::kFleetLimit);
  EXPECT_EQ(verdicts[2].decision, Decision::kStarted);
  EXPECT_EQ(verdicts[3].refusal, Refusal::kFleetLimit);
}

TEST(Gate, SpendsAnHourlyBudgetAndGetsItBack) {
  SafetyLimits limits = automatic();
  limits.actions_per_hour = 2;
  Rig rig(limits);
  ASSERT_EQ(rig.submit({rig.grow(0), rig.grow(1)})[1].decision, Decision::kStarted);
  expect_refused(rig, rig.grow(2), Refusal::kBudget);
  rig.pass(minutes(59));
  expect_refused(rig, rig.grow(2), Refusal::kBudget);
  rig.pass(minutes(1));
  EXPECT_EQ(rig.submit_one(rig.grow(2)).decision, Decision::kStarted);
}

// At once, or after it has looked: else a host that may not be stopped, asked round after round, would use up what others need.
TEST(Gate, SpendsNoBudgetOnWhatTheHypervisorRefuses) {
  SafetyLimits limits = automatic();
  limits.actions_per_hour = 1;
  Rig rig(limits, {.refuse_start = 1});
  expect_refused(rig, rig.grow(0), Refusal::kHypervisor);
  rig.faulty.set_faults({});
  rig.fake.will_refuse(ActionId(2), "another host does not answer; nothing was begun");
  ASSERT_EQ(rig.submit_one(rig.grow(1)).id, ActionId(2));
  EXPECT_EQ(rig.actuator->status().begun_in_last_hour, 1) << "it has still to be answered";
  ASSERT_EQ(rig.follow().at(0).outcome, ActionPhase::kFailed);
  EXPECT_EQ(rig.actuator->status().begun_in_last_hour, 0);
  EXPECT_EQ(rig.submit_one(rig.grow(2)).decision, Decision::kStarted);
  expect_refused(rig, rig.grow(3), Refusal::kBudget);
}

TEST(Gate, CoolsDownEachVmLongestBeforeAShrinkAndAMove) {
  Rig rig;
  rig.submit_one(rig.grow(0));
  rig.submit_one(rig.migrate(1, 2));
  rig.pass(seconds(60));
  rig.follow();
  expect_refused(rig, rig.grow(0), Refusal::kCooldown);
  rig.pass(minutes(2));
  expect_refused(rig, rig.shrink_memory(0, 2_GiB), Refusal::kCooldown);
  EXPECT_EQ(rig.submit_one(rig.grow(0)).decision, Decision::kStarted);
  expect_refused(rig, rig.migrate(1, 1), Refusal::kCooldown);
  rig.pass(hours(1));
  EXPECT_EQ(rig.submit_one(rig.migrate(1, 1)).decision, Decision::kStarted);
}

TEST(Gate, OpensTheBreakerAfterFailuresInARowAndClosesItAfterATrial) {
  SafetyLimits limits = automatic();
  limits.failures_to_open = 2;
  Rig rig(limits, {.break_start = 1});
  expect_refused(rig, rig.grow(0), Refusal::kHypervisor);
  expect_refused(rig, rig.grow(1), Refusal::kHypervisor);
  expect_refused(rig, rig.grow(2), Refusal::kBreaker);
  rig.pass(minutes(10));
  expect_refused(rig, rig.grow(2), Refusal::kHypervisor);  // the trial; it fails
  expect_refused(rig, rig.grow(3), Refusal::kBreaker);
  rig.pass(minutes(10));
  rig.faulty.set_faults({});
  EXPECT_EQ(rig.submit_one(rig.grow(3)).decision, Decision::kStarted);
  expect_refused(rig, rig.grow(4), Refusal::kBreaker);  // one trial at a time
  rig.follow();
  EXPECT_EQ(rig.submit_one(rig.grow(4)).decision, Decision::kStarted);
}

// A host that is not empty is not stopped, however often that is asked: nothing is broken.
TEST(Gate, DoesNotOpenTheBreakerForWhatTheHypervisorMayNotDo) {
  SafetyLimits limits = automatic();
  limits.failures_to_open = 2;
  Rig rig(limits, {.refuse_start = 1});
  for (std::uint32_t vm = 0; vm < 3; ++vm) expect_refused(rig, rig.grow(vm), Refusal::kHypervisor);
  rig.faulty.set_faults({});
  for (std::uint32_t vm = 3; vm < 6; ++vm) {
    const Action a = rig.grow(vm);
    rig.fake.will_refuse(ActionId(vm + 1), "another host does not answer; nothing was begun");
    ASSERT_EQ(rig.submit_one(a).id, ActionId(vm + 1));
    EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kFailed);
  }
  EXPECT_EQ(rig.actuator->status().safety.failures_in_a_row, 0);
  EXPECT_EQ(rig.submit_one(rig.grow(6)).decision, Decision::kStarted);
}

// The place of the trial is free for another, or nothing would ever close it.
TEST(Gate, TriesAnotherWhereTheTrialOfAnOpenBreakerIsRefused) {
  SafetyLimits limits = automatic();
  limits.failures_to_open = 1;
  Rig rig(limits, {.break_start = 1});
  expect_refused(rig, rig.grow(0), Refusal::kHypervisor);
  rig.pass(minutes(10));
  rig.faulty.set_faults({.refuse_start = 1});
  expect_refused(rig, rig.grow(1), Refusal::kHypervisor);
  rig.faulty.set_faults({});
  EXPECT_EQ(rig.submit_one(rig.grow(2)).decision, Decision::kStarted);
  rig.follow();
  EXPECT_FALSE(rig.actuator->status().safety.breaker_open_since);
}

// A person is waiting for the host, and nobody comes back to it.
TEST(Gate, LetsADrainGoOnWhileAVmCoolsDownFromAMove) {
  Rig rig;
  rig.submit_one(rig.migrate(0, 1));
  rig.pass(minutes(2));
  ASSERT_EQ(rig.follow().at(0).outcome, ActionPhase::kDone);
  expect_refused(rig, rig.migrate(0, 2), Refusal::kCooldown);
  Action leaves = rig.migrate(0, 2);
  leaves.reason.code = ReasonCode::kDrain;
  rig.fake.host(HostId(1)).accepts_vms = false;
  EXPECT_EQ(rig.submit_one(leaves).decision, Decision::kStarted);
}

TEST(Gate, DoesNotActOnStaleData) {
  Rig rig;
  rig.fake.vm(VmId(0)).sampled_at = rig.clock.now() - minutes(6);
  expect_refused(rig, rig.grow(0), Refusal::kStale);
  rig.fake.vm(VmId(0)).sampled_at.reset();
  expect_refused(rig, rig.grow(0), Refusal::kStale);
  Snapshot old_host = rig.snapshot();
  old_host.hosts[2].heard_at -= minutes(3);
  const auto verdicts = rig.actuator->submit({{}, {rig.migrate(1, 2), rig.grow(2)}, {}}, old_host);
  EXPECT_EQ(verdicts[0].refusal, Refusal::kStale);
  EXPECT_EQ(verdicts[1].refusal, Refusal::kStale);
  const Snapshot old_snapshot = rig.snapshot();
  rig.pass(minutes(3));
  rig.follow();
  EXPECT_EQ(rig.actuator->submit({{}, {rig.grow(1)}, {}}, old_snapshot)[0].refusal, Refusal::kStale);
}

TEST(Gate, ShrinksMemoryOnlyOnGuestStatisticsWithoutAStallAndAboveUsedPlusMargin) {
  Rig rig;
  Vm& vm = rig.fake.vm(VmId(0));  // uses 1 GiB of 4
  vm.guest_statistics = false;
  expect_refused(rig, rig.shrink_memory(0, 2_GiB), Refusal::kMemoryShrink);
  vm.guest_statistics = true;
  vm.stalled[index(Resource::kMemory)] = 0.01F;
  expect_refused(rig, rig.shrink_memory(0, 2_GiB), Refusal::kMemoryShrink);
  vm.stalled[index(Resource::kMemory)] = 0;
  expect_refused(rig, rig.shrink_memory(0, 1_GiB + 255_MiB), Refusal::kMemoryShrink);
  EXPECT_EQ(rig.submit_one(rig.shrink_memory(0, 1_GiB + 256_MiB)).decision, Decision::kStarted);
}

TEST(Gate, SendsNothingToAHostThatIsOffOrAcceptsNone) {
  Rig rig;
  rig.fake.host(HostId(1)).power = PowerState::kOff;
  rig.fake.host(HostId(2)).accepts_vms = false;
  expect_refused(rig, rig.migrate(0, 1), Refusal::kDestination);
  expect_refused(rig, rig.migrate(0, 2), Refusal::kDestination);
}

TEST(Gate, NeverStopsAHostWithVmsOnItOrOnTheirWay) {
  Rig rig;
  expect_refused(rig, rig.power(ActionKind::kStopHost, 3), Refusal::kHostNotEmpty);
  for (std::uint32_t vm : {3, 7}) rig.fake.vm(VmId(vm)).host = HostId(2);
  rig.fake.host(HostId(3)).incoming = Resources(1_cores);
  expect_refused(rig, rig.power(ActionKind::kStopHost, 3), Refusal::kHostNotEmpty);
  rig.fake.host(HostId(3)).incoming = {};
  ASSERT_EQ(rig.submit_one(rig.migrate(0, 3)).decision, Decision::kStarted);
  expect_refused(rig, rig.power(ActionKind::kStopHost, 3), Refusal::kHostNotEmpty);
}

TEST(Gate, SendsNothingToAHostThatIsBeingStopped) {
  Rig rig;
  for (std::uint32_t vm : {3, 7}) rig.fake.vm(VmId(vm)).host = HostId(2);
  ASSERT_EQ(rig.submit_one(rig.power(ActionKind::kStopHost, 3)).decision, Decision::kStarted);
  expect_refused(rig, rig.migrate(0, 3), Refusal::kHostBusy);
  expect_refused(rig, rig.power(ActionKind::kStopHost, 3), Refusal::kHostBusy);
}

TEST(Gate, RefusesAPlanThatNoLongerAgreesWithTheWorld) {
  Rig rig;
  const Action move = rig.migrate(0, 1), grow = rig.grow(0);
  rig.fake.vm(VmId(0)).host = HostId(2);
  expect_refused(rig, move, Refusal::kDisagrees);
  rig.fake.vm(VmId(0)).host = HostId(0);
  rig.fake.vm(VmId(0)).allocation[Resource::kCpu] = 1500;
  expect_refused(rig, grow, Refusal::kDisagrees);
  Action unknown = rig.grow(1);
  unknown.vm = VmId(77);
  expect_refused(rig, unknown, Refusal::kDisagrees);
  expect_refused(rig, rig.power(ActionKind::kStartHost, 0), Refusal::kDisagrees);
}

TEST(Gate, ForReplayKeepsSenseAndDropsPace) {
  Rig rig(SafetyLimits::for_replay());
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(rig.submit_one(i % 2 ? rig.grow(0) : rig.resize(0, 2_cores, 4_GiB + Bytes(i + 1))).decision, Decision::kStarted);
    ASSERT_EQ(rig.actuator->poll(rig.clock.now()).size(), 1u);
  }
  rig.fake.vm(VmId(0)).mobility = Mobility::kImmovable;
  expect_refused(rig, rig.migrate(0, 1), Refusal::kImmovable);
}

}  // namespace
}  // namespace headroom::testing
