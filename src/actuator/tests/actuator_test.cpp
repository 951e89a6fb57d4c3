#include "headroom/actuator/actuator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.h"

namespace headroom::testing {
namespace {

using ::testing::HasSubstr;

TEST(Actuator, FollowsAMigrationFromItsStartToItsConfirmation) {
  Rig rig;
  const Verdict v = rig.submit_one(rig.migrate(0, 1));
  ASSERT_EQ(v.decision, Decision::kStarted);
  EXPECT_TRUE(rig.follow().empty());
  ASSERT_EQ(rig.actuator->in_flight().size(), 1u);
  EXPECT_EQ(rig.actuator->in_flight()[0].started_at, kStart);
  EXPECT_EQ(rig.actuator->status().migrations, 1);
  rig.pass(seconds(60));
  const auto ended = rig.follow();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].id, v.id);
  EXPECT_EQ(ended[0].outcome, ActionPhase::kDone);
  EXPECT_EQ(ended[0].downtime, Duration(80));
  EXPECT_EQ(ended[0].action.vm, VmId(0));
  EXPECT_TRUE(rig.actuator->in_flight().empty());
  EXPECT_EQ(rig.actuator->status().migrations, 0);
}

TEST(Actuator, KeepsWhatTheHypervisorHasToSayOfWhatIsDone) {
  Rig rig;
  const Verdict v = rig.submit_one(rig.migrate(0, 1));
  rig.fake.will_remark(v.id, "it stood still for 450 ms");
  rig.pass(seconds(60));
  const auto ended = rig.follow();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].outcome, ActionPhase::kDone);
  EXPECT_EQ(ended[0].message, "it stood still for 450 ms");
}

// The new allocation is for the next plan to give: that it is missing is no failure, and no cooldown holds it up.
TEST(Actuator, TakesAMoveForDoneWhoseAllocationWasNotGiven) {
  Rig rig;
  Action move = rig.migrate(0, 1);
  move.after[Resource::kCpu] += 1000;
  const Verdict v = rig.submit_one(move);
  rig.fake.will_move_only(v.id);
  rig.pass(seconds(60));
  const auto ended = rig.follow();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].outcome, ActionPhase::kDone);
  EXPECT_EQ(ended[0].action.after, ended[0].action.before);
  EXPECT_EQ(rig.actuator->status().safety.failures_in_a_row, 0);
  EXPECT_EQ(rig.submit_one(rig.grow(0)).decision, Decision::kStarted);
}

TEST(Actuator, KeepsTheVmBusyUntilTheInventoryAgrees) {
  Rig rig;
  rig.submit_one(rig.grow(0));
  EXPECT_TRUE(rig.actuator->poll(rig.clock.now()).empty());  // claimed, not confirmed
  EXPECT_EQ(rig.actuator->in_flight().size(), 1u);
  EXPECT_EQ(rig.actuator->confirm(rig.fake.inventory().value(), rig.clock.now()).size(), 1u);
  EXPECT_TRUE(rig.actuator->in_flight().empty());
}

TEST(Actuator, ReportsNotTakenWhenTheHypervisorSaysDoneAndNothingChanged) {
  Rig rig;
  rig.fake.will_have_no_effect(ActionId(1));
  ASSERT_EQ(rig.submit_one(rig.grow(0)).id, ActionId(1));
  EXPECT_TRUE(rig.follow().empty());
  rig.pass(minutes(1));
  const auto ended = rig.follow();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].outcome, ActionPhase::kNotTaken);
  EXPECT_EQ(rig.actuator->status().safety.failures_in_a_row, 1);
}

TEST(Actuator, AcceptsAnAllocationThatTheHypervisorRounded) {
  Rig rig;
  rig.submit_one(rig.grow(0));
  (void)rig.fake.progress(ActionId(1));
  rig.fake.vm(VmId(0)).allocation[Resource::kCpu] -= 3;
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kDone);
}

TEST(Actuator, ReportsAFailureWithItsReason) {
  Rig rig;
  rig.fake.will_fail(ActionId(1), "migration did not converge");
  rig.submit_one(rig.migrate(0, 1));
  rig.pass(seconds(60));
  const auto ended = rig.follow();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].outcome, ActionPhase::kFailed);
  EXPECT_EQ(ended[0].message, "migration did not converge");
}

TEST(Actuator, CancelsWhatIsInFlightAndLeavesTheVmWhereItWas) {
  Rig rig;
  const ActionId id = rig.submit_one(rig.migrate(0, 1)).id;
  ASSERT_TRUE(rig.actuator->cancel(id));
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kCancelled);
  EXPECT_EQ(rig.fake.vm(VmId(0)).host, HostId(0));
  EXPECT_EQ(rig.actuator->cancel(id).error().code, ErrorCode::kNotFound);
}

TEST(Actuator, AsksAgainAfterALostAnswerAndNeverStartsAgain) {
  Rig rig(automatic(), {.lose_start_answer = 1});
  const Verdict v = rig.submit_one(rig.migrate(0, 1));
  EXPECT_EQ(v.decision, Decision::kStarted);
  EXPECT_THAT(v.why, HasSubstr("no answer"));
  EXPECT_EQ(rig.journal.unfinished().value()[0].phase, ActionPhase::kUnknown);
  EXPECT_EQ(rig.submit_one(rig.migrate(0, 1)).refusal, Refusal::kInFlight);
  rig.follow();
  EXPECT_EQ(rig.journal.unfinished().value()[0].phase, ActionPhase::kStarted);
  rig.pass(seconds(60));
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kDone);
}

TEST(Actuator, GivesALostRequestUpOnlyWhenItCanNoLongerArrive) {
  Rig rig(automatic(), {.lose_start_request = 1});
  rig.submit_one(rig.grow(0));
  rig.follow();
  rig.pass(minutes(1));
  EXPECT_TRUE(rig.follow().empty());
  rig.pass(minutes(1));
  const auto ended = rig.follow();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].outcome, ActionPhase::kFailed);
  EXPECT_FALSE(rig.fake.was_started(ActionId(1)));
}

TEST(Actuator, CountsADenialFromItsBeginningAgainAfterARoundWithoutAnAnswer) {
  Rig rig(automatic(), {.lose_start_request = 1});
  rig.submit_one(rig.grow(0));
  rig.follow();  // denied
  rig.faulty.set_faults({.lose_progress = 1});
  rig.pass(minutes(1));
  rig.follow();
  rig.faulty.set_faults({});
  rig.pass(minutes(1));
  EXPECT_TRUE(rig.follow().empty());  // denied again, for the first time
  rig.pass(minutes(2));
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kFailed);
}

TEST(Actuator, TakesTheInventorysWordForAnActionTheHypervisorForgot) {
  Rig rig;
  rig.submit_one(rig.migrate(0, 1));
  rig.pass(seconds(60));
  rig.fake.forget(ActionId(1));
  EXPECT_EQ(rig.follow().at(0).outcome, ActionPhase::kDone);
}

TEST(Actuator, GivesMemoryBackInTheRoundThatShowsAStallAfterAShrink) {
  Rig rig;
  ASSERT_EQ(rig.submit_one(rig.shrink_memory(0, 2_GiB)).decision, Decision::kStarted);
  rig.follow();
  rig.pass(minutes(1));
  rig.fake.vm(VmId(0)).stalled[index(Resource::kMemory)] = 0.2F;
  const auto verdicts = rig.submit({});
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_TRUE(verdicts[0].undo);
  EXPECT_EQ(verdicts[0].decision, Decision::kStarted) << verdicts[0].why;
  EXPECT_EQ(verdicts[0].action.after.memory(), 4_GiB);
  rig.follow();
  EXPECT_EQ(rig.fake.vm(VmId(0)).allocation.memory(), 4_GiB);
  EXPECT_TRUE(rig.submit({}).empty());
}

TEST(Actuator, GivesMemoryBackAfterARestartToo) {
  Rig rig;
  rig.submit_one(rig.shrink_memory(0, 2_GiB));
  rig.follow();
  rig.restart();
  rig.pass(minutes(1));
  rig.fake.vm(VmId(0)).stalled[index(Resource::kMemory)] = 0.2F;
  EXPECT_EQ(rig.submit({}).size(), 1u);
}

TEST(Actuator, LeavesAShrunkVmAloneOnceACalmRoundHasPassed) {
  Rig rig;
  rig.submit_one(rig.shrink_memory(0, 2_GiB));
  rig.follow();
  rig.pass(minutes(1));
  EXPECT_TRUE(rig.submit({}).empty());
  rig.pass(minutes(1));
  rig.fake.vm(VmId(0)).stalled[index(Resource::kMemory)] = 0.2F;  // a new load, not the shrink
  EXPECT_TRUE(rig.submit({}).empty());
}

TEST(Actuator, LetsThePlanGiveTheMemoryBackAtOnce) {
  Rig rig;
  rig.submit_one(rig.shrink_memory(0, 2_GiB));
  rig.follow();
  rig.pass(seconds(30));  // within the cooldown of a growth
  rig.fake.vm(VmId(0)).stalled[index(Resource::kMemory)] = 0.2F;
  const auto verdicts = rig.submit({rig.resize(0, 2_cores, 5_GiB)});
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_FALSE(verdicts[0].undo);
  EXPECT_EQ(verdicts[0].decision, Decision::kStarted) << verdicts[0].why;
}

// A journal whose disk is full when the test says so.
struct FullDisk final : Journal {
  MemoryJournal inner;
  bool full = false;
  Error error{ErrorCode::kFailed, "disk full"};
  Result<ActionId> append(const Action& a, Instant t) override {
    return full ? tl::unexpected(error) : inner.append(a, t);
  }
  Result<void> record(ActionId id, ActionPhase p, Instant t, const std::string& m) override {
    return full ? tl::unexpected(error) : inner.record(id, p, t, m);
  }
  Result<std::vector<JournalRecord>> unfinished() const override { return inner.unfinished(); }
  Result<std::vector<JournalRecord>> changed_since(Instant t) const override { return inner.changed_since(t); }
  Result<void> save(const SafetyState& s) override { return full ? tl::unexpected(error) : inner.save(s); }
  Result<SafetyState> safety_state() const override { return inner.safety_state(); }
};

TEST(Actuator, StartsNothingItCannotWriteDownAndCatchesUpLater) {
  Rig rig;
  FullDisk journal;
  Actuator actuator(rig.fake, journal, automatic());
  ASSERT_TRUE(actuator.recover(kStart));
  auto submit = [&](Action a) { return actuator.submit({{}, {std::move(a)}, {}}, rig.snapshot())[0]; };
  ASSERT_EQ(submit(rig.migrate(0, 1)).decision, Decision::kStarted);
  journal.full = true;
  EXPECT_EQ(submit(rig.grow(1)).refusal, Refusal::kJournal);
  EXPECT_EQ(actuator.status().journal_error, "disk full");
  EXPECT_EQ(actuator.pause("disk", rig.clock.now()).error().message, "disk full");
  rig.pass(seconds(60));
  (void)actuator.poll(rig.clock.now());
  EXPECT_EQ(actuator.confirm(rig.fake.inventory().value(), rig.clock.now()).size(), 1u);
  EXPECT_EQ(journal.inner.unfinished().value().size(), 1u);  // could not be written
  journal.full = false;
  (void)actuator.poll(rig.clock.now());
  EXPECT_TRUE(journal.inner.unfinished().value().empty());
  EXPECT_TRUE(journal.inner.safety_state().value().paused_at.has_value());
  EXPECT_FALSE(actuator.status().journal_error.has_value());
}

}  // namespace
}  // namespace headroom::testing
