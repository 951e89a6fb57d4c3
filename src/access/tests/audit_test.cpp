// The audit log is written through AuditLog, damaged through SQLite as somebody with the file could, and read by its check.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>

#include "headroom/access/audit_check.h"
#include "headroom/access/audit_log.h"
#include "headroom/sqlite/database.h"
#include "support/folder.h"

namespace headroom::access {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Caller kOperator{"token ci", Role::kOperator, "192.0.2.7"};

struct Log {
  Log() { open(); }
  void open() {
    log = AuditLog::open(path, clock, [this](const AuditRecord& r) { told.push_back({r.number, r.hash}); }).value();
  }
  void write(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(log->append(entry_by(kOperator, "drain", fmt::format("h{}", i))).has_value());
  }
  std::vector<std::string> outcomes() const {
    std::vector<std::string> all;
    const auto records = log->newest(1000).value();
    for (const AuditRecord& r : records) all.insert(all.begin(), r.entry.outcome);
    return all;
  }
  // Closed, and altered behind its back; the triggers only stop accidents.
  void damage(const std::string& sql) {
    log.reset();
    auto database = sqlite::Database::open(path, sqlite::Database::Mode::kReadWriteCreate).value();
    const auto done = database.execute(("DROP TRIGGER entries_stay; DROP TRIGGER entries_stay_as_they_are; " + sql).c_str());
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  std::vector<std::string> faults(const std::optional<AuditAnchor>& anchor = std::nullopt) const {
    const auto verdict = check_audit_log(path, anchor);
    EXPECT_TRUE(verdict.has_value()) << verdict.error().message;
    return verdict->faults;
  }

  Folder folder;
  std::string path = folder / "audit.db";
  ManualClock clock{instant_from_epoch_seconds(1'700'000'000)};
  std::vector<AuditAnchor> told;
  std::unique_ptr<AuditLog> log;
};

TEST(AuditLog, IsWholeWhenNobodyTouchedIt) {
  Log rig;
  rig.write(5);
  const auto verdict = check_audit_log(rig.path, rig.told.at(2)).value();   // while its manager has it open
  EXPECT_THAT(verdict.faults, IsEmpty());
  EXPECT_EQ(verdict.entries, 5);
  EXPECT_EQ(verdict.head.hash, rig.told.back().hash);
}

TEST(AuditLog, GoesOnWhereItEndedAfterARestart) {
  Log rig;
  rig.write(2);
  rig.log.reset();
  rig.open();
  rig.write(2);
  EXPECT_THAT(rig.faults(rig.told.front()), IsEmpty());
  EXPECT_EQ(rig.log->newest(1).value().at(0).number, 4);
}

TEST(AuditLog, KeepsWhatWasAskedAndByWhom) {
  Log rig;
  rig.write(1);
  const AuditRecord r = rig.log->newest(9).value().at(0);
  EXPECT_THAT((std::vector{r.entry.who, r.entry.role, r.entry.from, r.entry.action, r.entry.target}),
              ElementsAre("token ci", "operator", "192.0.2.7", "drain", "h0"));
  EXPECT_EQ(to_rfc3339(r.at), "2023-11-14T22:13:20Z");
}

TEST(AuditLog, WritesBeforeAChangeIsMadeAndBeforeItIsAcknowledged) {
  Log rig;
  std::vector<std::string> before;
  const auto made = rig.log->around(entry_by(kOperator, "pause", ""), [&]() -> Result<void> {
    before = rig.outcomes();
    return {};
  });
  EXPECT_TRUE(made.has_value());
  EXPECT_THAT(before, ElementsAre("allowed"));
  EXPECT_THAT(rig.outcomes(), ElementsAre("allowed", "done"));
  const auto failed = rig.log->around(entry_by(kOperator, "pause", ""), []() -> Result<void> { return fail(ErrorCode::kRefused, "it is over"); });
  EXPECT_EQ(failed.error().message, "it is over");
  EXPECT_EQ(rig.outcomes().back(), "failed: it is over");
}

TEST(AuditLog, MakesNoChangeThatItCannotWriteDown) {
  Log rig;
  auto database = sqlite::Database::open(rig.path, sqlite::Database::Mode::kReadWriteCreate).value();
  ASSERT_TRUE(database.execute("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'disk full'); END").has_value());
  bool made = false;
  const auto done = rig.log->around(entry_by(kOperator, "pause", ""), [&]() -> Result<void> {
    made = true;
    return {};
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_THAT(done.error().message, HasSubstr("disk full"));
  EXPECT_FALSE(made);
}

TEST(AuditLog, CountsRefusedAttemptsThatAreTooManyToWriteDown) {
  Log rig;
  for (int i = 0; i < 1000; ++i) rig.log->refuse(entry_by(Caller{"anybody", std::nullopt, "192.0.2.9"}, "drain", fmt::format("h{}", i)), "no token");
  EXPECT_EQ(rig.told.size(), 60U);
  rig.clock.set(rig.clock.now() + std::chrono::seconds(20));
  rig.log->refuse(entry_by(kOperator, "pause", ""), "no token");
  EXPECT_EQ(rig.outcomes().at(60), "refused: 940 more attempts, too many to write down each");
  EXPECT_EQ(rig.outcomes().at(61), "refused: no token");
  EXPECT_THAT(rig.faults(), IsEmpty());
}

TEST(AuditLog, WritesARefusalThatIsTheSameAgainOnceAndThenHowOftenItCame) {
  Log rig;
  const Caller stranger{"anybody", std::nullopt, "192.0.2.9"};
  const auto refuse = [&](const Caller& who, const std::string& why) { rig.log->refuse(entry_by(who, "log in", ""), why); };
  for (int i = 0; i < 500; ++i) refuse(stranger, "no such token");
  refuse(stranger, "the token 'x' ran out");
  refuse({"anybody", std::nullopt, "192.0.2.10"}, "no such token");
  EXPECT_THAT(rig.outcomes(), ElementsAre("refused: no such token", "refused: the token 'x' ran out", "refused: no such token")) << "of another reason, or another peer";
  rig.clock.set(rig.clock.now() + std::chrono::minutes(10));
  rig.log->settle();
  EXPECT_EQ(rig.outcomes().back(), "refused: no such token (499 more since 2023-11-14T22:13:20Z)");
  EXPECT_EQ(rig.log->newest(1)->front().entry.from, "192.0.2.9");
  refuse(stranger, "no such token");
  refuse(stranger, "no such token");
  EXPECT_EQ(rig.outcomes().size(), 5U) << "a new window begins with a line";
  rig.log.reset();   // whatever time has passed: nobody would tell it later
  rig.open();
  EXPECT_THAT(rig.outcomes().back(), HasSubstr("(1 more since 2023-11-14T22:23:20Z)"));
  EXPECT_THAT(rig.faults(), IsEmpty());
}

TEST(AuditLog, KnowsWhatWasNotedLastOfEachTarget) {
  Log rig;
  EXPECT_THAT(*rig.log->newest_by_target("drain"), IsEmpty());
  rig.write(2);
  rig.write(1);
  ASSERT_TRUE(rig.log->append(entry_by(kOperator, "pause", "")));
  const auto newest = *rig.log->newest_by_target("drain");
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].entry.target, "h1");
  EXPECT_EQ(newest[1].entry.target, "h0");
  EXPECT_EQ(newest[1].number, 3);
}

TEST(AuditLog, SaysWhatWasAskedForAndWhatCameOfIt) {
  Log rig;
  AuditEntry entry = entry_by(kOperator, "policy", "web-1");
  entry.outcome = "level auto";
  ASSERT_TRUE(rig.log->around(entry, []() -> Result<void> { return {}; }, [] { return std::string("level auto, stays on its host"); }));
  ASSERT_FALSE(rig.log->around(entry, []() -> Result<void> { return invalid("no such level"); }, [] { return std::string("never told"); }));
  EXPECT_THAT(rig.outcomes(), ElementsAre("allowed: level auto", "done: level auto, stays on its host", "allowed: level auto", "failed: no such level"));
  const auto standing = *rig.log->newest_by_target("policy", {"done: ", "seen: "});
  ASSERT_EQ(standing.size(), 1U);
  EXPECT_EQ(standing[0].number, 2) << "what failed does not stand";
}

TEST(AuditLog, CutsWhatStrangersMadeTooLong) {
  Log rig;
  rig.log->refuse(entry_by(kOperator, "drain", std::string(100'000, 'x')), "no such host");
  EXPECT_EQ(rig.log->newest(1).value().at(0).entry.target.size(), AuditEntry::kLongest);
  EXPECT_THAT(rig.faults(), IsEmpty());
}

TEST(AuditLog, IsWholeWhenManyWriteAtOnce) {
  Log rig;
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) writers.emplace_back([&rig] { rig.write(10); });
  for (std::thread& t : writers) t.join();
  const auto verdict = check_audit_log(rig.path).value();
  EXPECT_THAT(verdict.faults, IsEmpty());
  EXPECT_EQ(verdict.entries, 40);
}

TEST(AuditLog, IsOnlyAddedTo) {
  Log rig;
  rig.write(2);
  auto database = sqlite::Database::open(rig.path, sqlite::Database::Mode::kReadWriteCreate).value();
  for (const char* sql : {"DELETE FROM entries", "UPDATE entries SET who = 'nobody'"})
    EXPECT_THAT(database.execute(sql).error().message, HasSubstr("only added to")) << sql;
}

TEST(AuditCheck, FindsAnEntryWithAnyOfItsPartsAltered) {
  for (const char* part : {"at_ms = at_ms + 1", "who = 'token x'", "role = 'admin'", "origin = ''", "action = 'undrain'", "target = 'h9'", "outcome = 'done'"}) {
    Log rig;
    rig.write(4);
    rig.damage(fmt::format("UPDATE entries SET {} WHERE number = 2", part));
    EXPECT_THAT(rig.faults(), ElementsAre(ContainsRegex("^entry 2 .2023-11-14T22:13:20.*was altered"))) << part;
  }
}

TEST(AuditCheck, FindsAnEntryWhoseHashWasMadeToFit) {
  Log rig;
  rig.write(4);
  AuditRecord forged = rig.log->newest(3).value().at(2);
  forged.entry.who = "token x";
  rig.damage(fmt::format("UPDATE entries SET who = 'token x', hash = '{}' WHERE number = 2", hash_of(forged)));
  EXPECT_THAT(rig.faults(), ElementsAre(HasSubstr("entry 3 does not follow")));
}

TEST(AuditCheck, FindsAnEntryRemoved) {
  Log rig;
  rig.write(5);
  rig.damage("DELETE FROM entries WHERE number IN (2, 3)");
  EXPECT_THAT(rig.faults(), ElementsAre(HasSubstr("entries 2 to 3 are missing"), HasSubstr("entry 4 does not follow")));
}

TEST(AuditCheck, FindsAnEntryRemovedAndTheRestNumberedAnew) {
  Log rig;
  rig.write(4);
  rig.damage("DELETE FROM entries WHERE number = 2; UPDATE entries SET number = number - 1 WHERE number > 2; "
             "UPDATE sqlite_sequence SET seq = 3");
  EXPECT_THAT(rig.faults(), ElementsAre(HasSubstr("entry 2 ("), HasSubstr("entry 2 does not follow"), HasSubstr("entry 3 (")));
}

TEST(AuditCheck, FindsTwoEntriesThatChangedPlaces) {
  Log rig;
  rig.write(4);
  rig.damage("UPDATE entries SET number = 99 WHERE number = 2; UPDATE entries SET number = 2 WHERE number = 3; "
             "UPDATE entries SET number = 3 WHERE number = 99");
  EXPECT_GE(rig.faults().size(), 4U);
}

TEST(AuditCheck, FindsAnEndCutOffByTheCountBesideIt) {
  Log rig;
  rig.write(5);
  rig.damage("DELETE FROM entries WHERE number > 3");
  EXPECT_THAT(rig.faults(), ElementsAre(HasSubstr("went on to entry 5 and ends with entry 3")));
  rig.open();
  rig.write(1);
  EXPECT_THAT(rig.faults(), ElementsAre(HasSubstr("entries 4 to 5 are missing"))) << "and it stays to be seen";
}

TEST(AuditCheck, FindsACleverlyCutEndWithAnAnchor) {
  Log rig;
  rig.write(5);
  rig.damage("DELETE FROM entries WHERE number > 3; UPDATE sqlite_sequence SET seq = 3");
  EXPECT_THAT(rig.faults(), IsEmpty()) << "nothing in the file tells";
  EXPECT_THAT(rig.faults(rig.told.at(2)), IsEmpty());
  EXPECT_THAT(rig.faults(rig.told.at(4)), ElementsAre(HasSubstr("entry 5 of the anchor is not there")));
}

TEST(AuditCheck, FindsALogWrittenAnewAsAWholeWithAnAnchor) {
  Log rig;
  rig.write(3);
  const AuditAnchor anchor = rig.told.back();
  rig.log.reset();
  std::filesystem::remove(rig.path);
  rig.open();
  rig.clock.set(rig.clock.now() + std::chrono::hours(1));
  rig.write(3);
  EXPECT_THAT(rig.faults(), IsEmpty());
  EXPECT_THAT(rig.faults(anchor), ElementsAre(HasSubstr("not the one of the anchor")));
}

TEST(AuditCheck, SaysWhenThereIsNoSuchLog) {
  const Folder folder;
  EXPECT_EQ(check_audit_log(folder / "audit.db").error().code, ErrorCode::kNotFound);
  auto other = sqlite::Database::open(folder / "other.db", sqlite::Database::Mode::kReadWriteCreate).value();
  ASSERT_TRUE(other.execute("CREATE TABLE t (x)").has_value());
  EXPECT_EQ(check_audit_log(folder / "other.db").error().code, ErrorCode::kInvalid);
}

TEST(AuditAnchor, IsANumberAndAHash) {
  const std::string hash(64, 'a');
  EXPECT_EQ(parse_anchor("17:" + hash)->number, 17);
  for (const std::string& bad : {hash, "x:" + hash, "0:" + hash, "-1:" + hash, "17:" + hash + "a", std::string("17:"), "17:" + std::string(64, 'G'), std::string()})
    EXPECT_EQ(parse_anchor(bad).error().code, ErrorCode::kInvalid) << bad;
}

}  // namespace
}  // namespace headroom::access
