#include "../src/migration_state.h"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::libvirt {
namespace {

std::vector<MigrationView> all_views() {
  std::vector<MigrationView> all;
  for (Side source : kAllSides)
    for (Side destination : kAllSides)
      for (Call call : kAllCalls)
        for (unsigned bits = 0; bits < 96; ++bits) {
          const unsigned quiet_for = bits / 32;  // not at all, for a while, for long
          all.push_back({source, destination, (bits & 1) != 0, call, (bits & 2) != 0, (bits & 4) != 0, quiet_for > 0, quiet_for > 1, (bits & 8) != 0,
                         (bits & 16) != 0});
        }
  return all;
}

bool over(const MigrationVerdict& v) { return v.state != ActionState::kRunning; }

struct MigrationState : ::testing::Test {
  void for_all(void (*check)(const MigrationView&, const MigrationVerdict&)) {
    for (const MigrationView& v : all_views()) {
      SCOPED_TRACE(::testing::Message() << "source " << int(v.source) << " destination " << int(v.destination) << " call " << int(v.call)
                                        << " job " << v.job << " cancelled " << v.cancelled << " late " << v.too_late << " quiet " << v.quiet << " settled " << v.settled
                                        << " never there " << v.never_there << " resume failed " << v.resume_failed);
      check(v, judge_migration(v));
    }
  }
};

TEST_F(MigrationState, IsDoneOnlyWhenItRunsAtTheDestinationAlone) {
  for_all([](const MigrationView& v, const MigrationVerdict& verdict) {
    if (verdict.state != ActionState::kDone) return;
    EXPECT_EQ(v.destination, Side::kRunning);
    EXPECT_NE(v.source, Side::kRunning);
    EXPECT_NE(v.source, Side::kNoAnswer);
  });
}

TEST_F(MigrationState, IsNotOverWhileTheCallOrTheJobIsUnderWayOrAHostIsSilent) {
  for_all([](const MigrationView& v, const MigrationVerdict& verdict) {
    const bool twice = v.source == Side::kRunning && v.destination == Side::kRunning;
    if (v.call == Call::kUnderWay || v.source == Side::kNoAnswer || v.destination == Side::kNoAnswer || (v.job && !twice)) {
      EXPECT_FALSE(over(verdict));
    }
    if (v.source == Side::kNoAnswer) {
      EXPECT_TRUE(verdict.undecided);
    }
    if (v.call != Call::kUnderWay && v.destination == Side::kNoAnswer) {
      EXPECT_TRUE(verdict.undecided);
    }
  });
}

TEST_F(MigrationState, IsAlwaysOverOnceAllIsQuietAndBothHostsHaveAnswered) {
  for_all([](const MigrationView& v, const MigrationVerdict& verdict) {
    if (v.call == Call::kUnderWay || v.job || !v.settled || v.source == Side::kNoAnswer || v.destination == Side::kNoAnswer) return;
    EXPECT_TRUE(over(verdict) || verdict.resume);
    EXPECT_FALSE(v.resume_failed && verdict.resume);  // which cannot go on for ever
    EXPECT_FALSE(verdict.undecided);
  });
}

TEST_F(MigrationState, EndsAJobOnlyWhenThatWasAskedForAndThereIsOne) {
  for_all([](const MigrationView& v, const MigrationVerdict& verdict) {
    if (!verdict.abort) return;
    EXPECT_TRUE(v.job);
    EXPECT_TRUE(v.cancelled || v.too_late);
    EXPECT_FALSE(over(verdict));
  });
}

// What may have run at its destination must not run on its source again: its disks have gone on without it.
TEST_F(MigrationState, ResumesOnTheSourceOnlyWhatAMigrationHoldsThereAndCanHaveRunNowhereElse) {
  for_all([](const MigrationView& v, const MigrationVerdict& verdict) {
    const bool nothing_there = v.destination == Side::kAbsent || v.destination == Side::kOff;
    const bool quiet = v.call != Call::kUnderWay && !v.job && v.settled;
    const bool may = v.source == Side::kHeld && nothing_there && v.never_there && quiet && v.call != Call::kSucceeded && !v.resume_failed;
    EXPECT_EQ(verdict.resume, may);
    if (!verdict.resume) return;
    EXPECT_FALSE(over(verdict));
    EXPECT_FALSE(verdict.abort || verdict.alarm || verdict.undecided);
  });
}

TEST_F(MigrationState, FailsOrIsCancelledOnceWhatWasResumedRuns) {
  MigrationView v{Side::kHeld, Side::kAbsent, false, Call::kFailed, false, false, true, true, true};
  EXPECT_TRUE(judge_migration(v).resume);
  v.source = Side::kRunning;
  EXPECT_EQ(judge_migration(v).state, ActionState::kFailed);
  v.cancelled = true;
  EXPECT_EQ(judge_migration(v).state, ActionState::kCancelled);
  // What a person has paused is left to them.
  v.source = Side::kStopped;
  EXPECT_FALSE(judge_migration(v).resume);
  EXPECT_EQ(judge_migration(v).state, ActionState::kFailed);
}

TEST_F(MigrationState, RaisesTheAlarmForAVmThatRunsTwiceAndForNoneThatRunsOnce) {
  for_all([](const MigrationView& v, const MigrationVerdict& verdict) {
    const bool here = v.source == Side::kRunning, there = v.destination == Side::kRunning;
    if (here && there) {
      EXPECT_TRUE(verdict.alarm);
    }
    if (here != there) {
      EXPECT_FALSE(verdict.alarm);
    }
    if (here && there) {
      EXPECT_NE(verdict.state, ActionState::kDone);
    }
  });
}

TEST_F(MigrationState, IsCancelledOnlyOnRequestAndWithTheVmRunningWhereItWas) {
  for_all([](const MigrationView& v, const MigrationVerdict& verdict) {
    if (verdict.state != ActionState::kCancelled) return;
    EXPECT_TRUE(v.cancelled);
    EXPECT_EQ(v.source, Side::kRunning);
    EXPECT_TRUE(v.destination == Side::kAbsent || v.destination == Side::kOff);
  });
}

TEST_F(MigrationState, SaysWhyItFailedOrIsUndecided) {
  for_all([](const MigrationView&, const MigrationVerdict& verdict) {
    if (verdict.state == ActionState::kFailed || verdict.undecided || verdict.alarm) {
      EXPECT_FALSE(verdict.why.empty());
    }
  });
}

// What libvirt's return code says decides nothing where both hosts tell.
TEST_F(MigrationState, BelievesTheHostsAndNotTheCall) {
  MigrationView moved{Side::kAbsent, Side::kRunning, false, Call::kFailed};
  EXPECT_EQ(judge_migration(moved).state, ActionState::kDone);
  moved.cancelled = true;  // asked for too late
  EXPECT_EQ(judge_migration(moved).state, ActionState::kDone);
  MigrationView stayed{Side::kRunning, Side::kAbsent, false, Call::kSucceeded};
  EXPECT_EQ(judge_migration(stayed).state, ActionState::kRunning);
  stayed.quiet = stayed.settled = true;
  EXPECT_EQ(judge_migration(stayed).state, ActionState::kFailed);
  stayed = {Side::kRunning, Side::kAbsent, false, Call::kFailed};
  EXPECT_EQ(judge_migration(stayed).state, ActionState::kFailed);
}

TEST_F(MigrationState, WaitsForWhatMayStillChangeAfterTheConnectionBroke) {
  for (Side destination : {Side::kAbsent, Side::kStopped}) {
    MigrationView v{Side::kRunning, destination, false, Call::kUnknown};
    EXPECT_EQ(judge_migration(v).state, ActionState::kRunning);
    v.quiet = true;
    // Where nothing is at its destination no hand-over can be under way.
    EXPECT_EQ(judge_migration(v).state, destination == Side::kAbsent ? ActionState::kFailed : ActionState::kRunning);
    v.settled = true;
    EXPECT_EQ(judge_migration(v).state, ActionState::kFailed);
  }
  MigrationView goes_on{Side::kRunning, Side::kStopped, true, Call::kUnknown, false, false, true, true};
  EXPECT_EQ(judge_migration(goes_on).state, ActionState::kRunning);  // the source's daemon carries on without us
  goes_on.cancelled = true;
  EXPECT_TRUE(judge_migration(goes_on).abort);
  MigrationView between{Side::kStopped, Side::kStopped, false, Call::kUnknown};
  EXPECT_EQ(judge_migration(between).state, ActionState::kRunning);
}

// Who waits for it should hear soon; a paused process may still be handed over, and so may what nobody has heard the end of.
TEST_F(MigrationState, TellsSoonThatAVmIsGoneWhoseMoveFailed) {
  for (Side source : {Side::kAbsent, Side::kOff, Side::kStopped})
    for (Side destination : {Side::kAbsent, Side::kOff, Side::kStopped})
      for (Call call : {Call::kFailed, Call::kSucceeded, Call::kUnknown}) {
        MigrationView v{source, destination, false, call};
        EXPECT_FALSE(over(judge_migration(v)));
        v.quiet = true;
        EXPECT_EQ(over(judge_migration(v)), call == Call::kFailed && source != Side::kStopped && destination != Side::kStopped);
      }
}

}  // namespace
}  // namespace headroom::libvirt
