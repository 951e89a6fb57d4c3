#include "headroom/actuator/sqlite_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/folder.h"

namespace headroom {
namespace {

using ::testing::HasSubstr;
constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);

class SqliteJournalTest : public ::testing::Test {
 protected:
  void write_actions(int count) {
    auto journal = SqliteJournal::open(path_).value();
    for (int i = 0; i < count; ++i) ASSERT_TRUE(journal->append({}, kNoon));
  }
  std::string bytes() const {
    std::ifstream in(path_, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }
  void put(const std::string& content) { std::ofstream(path_, std::ios::binary) << content; }
  void run_sql(const char* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  // Opening fails with this code, in one line, and the file keeps every byte.
  std::string refusal(ErrorCode code) {
    const std::string before = bytes();
    const auto opened = SqliteJournal::open(path_);
    EXPECT_FALSE(opened.has_value());
    EXPECT_EQ(bytes(), before);
    if (opened) return {};
    EXPECT_EQ(opened.error().code, code) << opened.error().message;
    EXPECT_EQ(opened.error().message.find('\n'), std::string::npos);
    EXPECT_THAT(opened.error().message, HasSubstr(path_));
    return opened.error().message;
  }

  const Folder folder_;
  const std::string path_ = folder_.at("journal.db");
};

TEST_F(SqliteJournalTest, IsUsedByOneProcessAtATime) {
  auto first = SqliteJournal::open(path_).value();
  EXPECT_EQ(SqliteJournal::open(path_).error().code, ErrorCode::kRefused);
  first.reset();
  EXPECT_TRUE(SqliteJournal::open(path_).has_value());
}

TEST_F(SqliteJournalTest, CanBeReadWithTheShellWhileItIsInUse) {
  auto journal = SqliteJournal::open(path_).value();
  ASSERT_TRUE(journal->append({}, kNoon));
  run_sql("SELECT id, phase FROM actions");
  EXPECT_TRUE(journal->append({}, kNoon));
}

TEST_F(SqliteJournalTest, LeavesAFileThatIsNotADatabaseAsItIs) {
  put("these are somebody's notes, and not a database; they must stay\n");
  EXPECT_THAT(refusal(ErrorCode::kFailed), HasSubstr("damaged"));
}

TEST_F(SqliteJournalTest, LeavesATruncatedFileAsItIs) {
  write_actions(200);
  const std::string whole = bytes();
  ASSERT_GT(whole.size(), 8192u);
  put(whole.substr(0, whole.size() / 2));
  EXPECT_THAT(refusal(ErrorCode::kFailed), HasSubstr("damaged"));
}

TEST_F(SqliteJournalTest, LeavesAFileWithAnOverwrittenPageAsItIs) {
  write_actions(200);
  std::string broken = bytes();
  ASSERT_GT(broken.size(), 16384u);
  for (std::size_t i = 4096; i < 12288; ++i) broken[i] = static_cast<char>(i * 37);
  put(broken);
  EXPECT_THAT(refusal(ErrorCode::kFailed), HasSubstr("damaged"));
}

TEST_F(SqliteJournalTest, LeavesTheDatabaseOfAnotherProgramAsItIs) {
  run_sql("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_THAT(refusal(ErrorCode::kInvalid), HasSubstr("not a Headroom journal"));
}

TEST_F(SqliteJournalTest, LeavesTheJournalOfANewerVersionAsItIs) {
  write_actions(1);
  run_sql("PRAGMA user_version = 99");
  EXPECT_THAT(refusal(ErrorCode::kInvalid), HasSubstr("newer Headroom"));
}

TEST_F(SqliteJournalTest, SaysWhereItCannotBeCreated) {
  const auto opened = SqliteJournal::open(folder_.at("no/such/folder/journal.db"));
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("/no/such/folder"));
}

TEST_F(SqliteJournalTest, BeginsInAnEmptyFile) {
  put("");
  EXPECT_TRUE(SqliteJournal::open(path_).has_value());
}

}  // namespace
}  // namespace headroom
