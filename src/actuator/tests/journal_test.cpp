// What every journal promises. A new adapter is added to the list at the end.
#include "headroom/actuator/journal.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "headroom/actuator/memory_journal.h"
#include "headroom/actuator/sqlite_journal.h"
#include "support/folder.h"

namespace headroom {
namespace {

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);

struct JournalUnderTest {
  virtual ~JournalUnderTest() = default;
  virtual Journal& get() = 0;
  virtual void reopen() = 0;  // as a new process would
};

struct InMemory final : JournalUnderTest {
  MemoryJournal journal;
  Journal& get() override { return journal; }
  void reopen() override {}
};

struct InSqlite final : JournalUnderTest {
  const Folder folder;
  std::unique_ptr<SqliteJournal> journal;
  InSqlite() { reopen(); }
  Journal& get() override { return *journal; }
  void reopen() override {
    journal.reset();
    journal = SqliteJournal::open(folder.at("journal.db")).value();
  }
};

struct Kind {
  const char* name;
  std::function<std::unique_ptr<JournalUnderTest>()> make;
};

class JournalContract : public ::testing::TestWithParam<Kind> {
 protected:
  Journal& journal() { return under_test_->get(); }
  void reopen() { under_test_->reopen(); }
  ActionId begin(const Action& action, Instant at = kNoon) { return journal().append(action, at).value(); }
  ActionId begin_and_end(Instant at) {
    const ActionId id = begin({}, at);
    EXPECT_TRUE(journal().record(id, ActionPhase::kStarted, at, ""));
    EXPECT_TRUE(journal().record(id, ActionPhase::kDone, at, ""));
    return id;
  }

 private:
  std::unique_ptr<JournalUnderTest> under_test_ = GetParam().make();
};

Action full_action() {
  Action a;
  a.kind = ActionKind::kMigrate;
  a.vm = VmId(7);
  a.from = HostId(1);
  a.to = HostId(2);
  a.before = Resources(2_cores, 4_GiB, 5_MBps, 6_MBps);
  a.after = Resources(3_cores, 8_GiB, 7_MBps, 8_MBps);
  a.reason = {ReasonCode::kHostOverload, "rule 'x'; --", Resource::kCpu, std::chrono::minutes(15), 0.95, 3100, 2500, 0.31, -0.02};
  return a;
}

TEST_P(JournalContract, GivesAnActionBackAsItWasWritten) {
  const Action written = full_action();
  const ActionId id = begin(written);
  reopen();
  const auto records = journal().unfinished().value();
  ASSERT_EQ(records.size(), 1u);
  const JournalRecord& r = records[0];
  EXPECT_EQ(r.id, id);
  EXPECT_EQ(r.phase, ActionPhase::kPlanned);
  EXPECT_EQ(r.planned_at, kNoon);
  EXPECT_EQ(r.action.kind, written.kind);
  EXPECT_EQ(r.action.vm, written.vm);
  EXPECT_EQ(r.action.from, written.from);
  EXPECT_EQ(r.action.to, written.to);
  EXPECT_EQ(r.action.before, written.before);
  EXPECT_EQ(r.action.after, written.after);
  EXPECT_EQ(to_text(r.action.reason), to_text(written.reason));
}

TEST_P(JournalContract, KeepsAnActionWithoutVmDestinationOrReasonedResource) {
  Action stop;
  stop.kind = ActionKind::kStopHost;
  stop.from = HostId(3);
  begin(stop);
  reopen();
  const Action read = journal().unfinished().value().at(0).action;
  EXPECT_EQ(read.kind, ActionKind::kStopHost);
  EXPECT_FALSE(read.vm.valid());
  EXPECT_FALSE(read.to.valid());
  EXPECT_FALSE(read.reason.resource.has_value());
}

TEST_P(JournalContract, NeverGivesAnIdTwiceEvenWhenReopened) {
  const ActionId first = begin({});
  const ActionId second = begin_and_end(kNoon);
  reopen();
  const ActionId third = begin({});
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST_P(JournalContract, ListsWhatIsNotOverInTheOrderOfItsIds) {
  const ActionId planned = begin({});
  begin_and_end(kNoon);
  const ActionId claimed = begin({});
  ASSERT_TRUE(journal().record(claimed, ActionPhase::kUnknown, kNoon, "no answer"));
  ASSERT_TRUE(journal().record(claimed, ActionPhase::kClaimed, kNoon + Duration(5), "said done"));
  reopen();
  const auto records = journal().unfinished().value();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].id, planned);
  EXPECT_EQ(records[1].id, claimed);
  EXPECT_EQ(records[1].phase, ActionPhase::kClaimed);
  EXPECT_EQ(records[1].changed_at, kNoon + Duration(5));
  EXPECT_EQ(records[1].message, "said done");
}

TEST_P(JournalContract, ListsWhatChangedSinceAnInstantInclusive) {
  begin_and_end(kNoon - std::chrono::hours(2));
  const ActionId at = begin_and_end(kNoon);
  const ActionId later = begin({}, kNoon + std::chrono::minutes(1));
  reopen();
  const auto records = journal().changed_since(kNoon).value();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].id, at);
  EXPECT_EQ(records[1].id, later);
}

TEST_P(JournalContract, RefusesATransitionThatDoesNotExist) {
  const ActionId id = begin_and_end(kNoon);
  EXPECT_EQ(journal().record(id, ActionPhase::kStarted, kNoon, "").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(journal().record(ActionId(999), ActionPhase::kStarted, kNoon, "").error().code, ErrorCode::kInvalid);
}

TEST_P(JournalContract, RemembersAPauseAndAnOpenBreaker) {
  EXPECT_EQ(journal().safety_state().value(), SafetyState{});
  const SafetyState state{kNoon, "kernel update", 5, kNoon + std::chrono::minutes(1)};
  ASSERT_TRUE(journal().save(state));
  reopen();
  EXPECT_EQ(journal().safety_state().value(), state);
  ASSERT_TRUE(journal().save({}));
  reopen();
  EXPECT_EQ(journal().safety_state().value(), SafetyState{});
}

INSTANTIATE_TEST_SUITE_P(All, JournalContract,
                         ::testing::Values(Kind{"Memory", [] { return std::make_unique<InMemory>(); }},
                                           Kind{"Sqlite", [] { return std::make_unique<InSqlite>(); }}),
                         [](const auto& kind) { return kind.param.name; });

TEST(MemoryJournal, DropsTheOldestEndedActionsAndNoneThatIsNotOver) {
  MemoryJournal journal(10);
  for (int i = 0; i < 100; ++i) {
    const ActionId id = journal.append({}, kNoon).value();
    if (i == 50) continue;  // this one stays planned
    ASSERT_TRUE(journal.record(id, ActionPhase::kFailed, kNoon, ""));
  }
  ASSERT_EQ(journal.unfinished().value().size(), 1u);
  EXPECT_EQ(journal.unfinished().value()[0].id, ActionId(51));
  EXPECT_LE(journal.changed_since(kNoon).value().size(), 50u);
}

}  // namespace
}  // namespace headroom
