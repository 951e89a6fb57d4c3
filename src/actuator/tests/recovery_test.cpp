// What happens when the manager dies and is started again.
#include <gtest/gtest.h>

#include "rig.h"

namespace headroom::testing {
namespace {

TEST(Recovery, TakesUpAnActionThatIsStillRunning) {
  Rig rig;
  rig.submit_one(rig.migrate(0, 1));
  EXPECT_TRUE(rig.restart().empty());
  ASSERT_EQ(rig.actuator->in_flight().size(), 1u);
  EXPECT_EQ(rig.actuator->in_flight()[0].action.vm, VmId(0));
  EXPECT_EQ(rig.submit_one(rig.grow(0)).refusal, Refusal::kInFlight);
  rig.pass(seconds(60));
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kDone);
}

// A hypervisor that has no memory of its own hears of what was begun before it is asked.
TEST(Recovery, TellsTheHypervisorWhatAnEarlierRunBegan) {
  Rig rig;
  rig.submit({rig.grow(0), rig.migrate(1, 2)});
  rig.restart();
  EXPECT_EQ(rig.fake.taken_up(), (std::vector{ActionId(1), ActionId(2)}));
}

TEST(Recovery, RecordsWhatEndedMeanwhile) {
  Rig rig;
  rig.fake.will_fail(ActionId(2), "out of memory");
  rig.submit({rig.grow(0), rig.migrate(1, 2)});
  rig.pass(minutes(5));
  const auto ended = rig.restart();
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].outcome, ActionPhase::kFailed);  // known from the hypervisor
  EXPECT_EQ(ended[1].outcome, ActionPhase::kDone);    // known when the inventory agreed
  EXPECT_TRUE(rig.journal.unfinished().value().empty());
}

TEST(Recovery, TakesTheInventorysWordWhenTheHypervisorForgot) {
  Rig rig;
  rig.submit({rig.migrate(0, 1), rig.migrate(1, 2)});
  rig.pass(seconds(60));
  (void)rig.fake.inventory();
  rig.fake.vm(VmId(1)).host = HostId(1);  // as if it had come back
  rig.fake.forget(ActionId(1));
  rig.fake.forget(ActionId(2));
  const auto ended = rig.restart();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].id, ActionId(1));
  EXPECT_EQ(ended[0].outcome, ActionPhase::kDone);
  rig.pass(minutes(2));
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kFailed);
}

TEST(Recovery, DoesNotRepeatAnIntentWhoseStartNeverLeft) {
  Rig rig;
  ASSERT_TRUE(rig.journal.append(rig.grow(0), kStart));  // written, and then the process died
  EXPECT_TRUE(rig.restart().empty());
  EXPECT_EQ(rig.journal.unfinished().value()[0].phase, ActionPhase::kUnknown);
  rig.pass(minutes(2));
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kFailed);
  EXPECT_FALSE(rig.fake.was_started(ActionId(1)));
}

TEST(Recovery, WaitsForAHypervisorThatDoesNotAnswer) {
  Rig rig;
  rig.submit_one(rig.grow(0));
  rig.faulty.set_faults({.lose_progress = 1, .lose_inventory = 1});
  EXPECT_TRUE(rig.restart().empty());
  EXPECT_EQ(rig.actuator->in_flight().size(), 1u);
  rig.pass(hours(5));
  EXPECT_TRUE(rig.follow().empty());
  rig.faulty.set_faults({});
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kDone);
}

TEST(Recovery, KeepsPauseCooldownBudgetAndBreaker) {
  SafetyLimits limits = automatic();
  limits.actions_per_hour = 3;
  limits.failures_to_open = 2;
  limits.breaker_open_for = minutes(30);
  Rig rig(limits);
  rig.submit_one(rig.grow(0));
  rig.follow();
  ASSERT_TRUE(rig.actuator->pause("audit", rig.clock.now()));
  rig.restart();
  EXPECT_EQ(rig.submit_one(rig.grow(0)).refusal, Refusal::kPaused);
  ASSERT_TRUE(rig.actuator->resume());
  rig.restart();
  EXPECT_EQ(rig.submit_one(rig.grow(0)).refusal, Refusal::kCooldown);
  rig.faulty.set_faults({.break_start = 1});
  rig.submit({rig.grow(1), rig.grow(2)});
  rig.restart();
  EXPECT_EQ(rig.submit_one(rig.grow(3)).refusal, Refusal::kBreaker);
  rig.pass(minutes(30));
  rig.restart();
  EXPECT_EQ(rig.submit_one(rig.grow(3)).refusal, Refusal::kBudget);
}

TEST(Recovery, CountsTheTrialOfAnOpenBreakerThatIsStillUnderWay) {
  SafetyLimits limits = automatic();
  limits.failures_to_open = 1;
  Rig rig(limits, {.break_start = 1});
  rig.submit_one(rig.grow(0));
  rig.pass(minutes(10));
  rig.faulty.set_faults({});
  ASSERT_EQ(rig.submit_one(rig.migrate(1, 2)).decision, Decision::kStarted);
  rig.restart();
  EXPECT_EQ(rig.submit_one(rig.grow(2)).refusal, Refusal::kBreaker);
  rig.pass(minutes(1));
  rig.follow();
  EXPECT_EQ(rig.submit_one(rig.grow(2)).decision, Decision::kStarted);
}

TEST(Recovery, DoesNotGoOnWithAJournalThatShowsTwoActionsOfOneVm) {
  Rig rig;
  ASSERT_TRUE(rig.journal.append(rig.grow(0), kStart));
  ASSERT_TRUE(rig.journal.append(rig.grow(0), kStart));
  Actuator actuator(rig.fake, rig.journal, automatic());
  EXPECT_EQ(actuator.recover(kStart).error().code, ErrorCode::kFailed);
}

}  // namespace
}  // namespace headroom::testing
