// What a second process, and a process that dies, do to a RocksDB history. The child is this program again,
// told by the environment what to be: a fork alone would lack RocksDB's threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stores.h"

namespace headroom {
namespace {

constexpr const char* kChildDirectory = "HEADROOM_HISTORY_CHILD_DIRECTORY";

TEST(CrashChild, AppendsAndSyncsAndSaysSoUntilItIsKilled) {
  const char* const directory = std::getenv(kChildDirectory);
  if (directory == nullptr) GTEST_SKIP() << "only as a child of the crash test";
  const auto store = open_or_fail(directory);
  ASSERT_NE(store, nullptr);
  for (std::int64_t round = 0; round < 1'000'000; ++round) {
    std::vector<HistorySample> samples;
    std::vector<std::string> names;
    for (int vm = 0; vm < 50; ++vm) names.push_back("vm" + std::to_string(vm));
    for (const std::string& name : names) samples.push_back({name, sample_at(round * 10, double(round))});
    const std::string so_far = std::to_string(round);
    std::vector<HistoryMark> marks;
    for (const std::string& name : names) marks.push_back({name, so_far});
    ASSERT_TRUE(store->append(samples, marks).has_value());
    ASSERT_TRUE(store->sync().has_value());
    ASSERT_EQ(write(STDERR_FILENO, &round, sizeof(round)), ssize_t{sizeof(round)});
  }
}

// Runs the child, counts the rounds it acknowledged until there are `rounds`, kills it, returns the last one.
std::int64_t run_and_kill(const std::filesystem::path& directory, std::int64_t rounds) {
  int fds[2];
  EXPECT_EQ(pipe(fds), 0);
  setenv(kChildDirectory, directory.c_str(), 1);
  const pid_t child = fork();
  if (child == 0) {
    dup2(fds[1], STDERR_FILENO);
    close(fds[0]);
    close(fds[1]);
    execl("/proc/self/exe", "history_test", "--gtest_filter=CrashChild.*", nullptr);
    _exit(127);
  }
  unsetenv(kChildDirectory);
  close(fds[1]);
  std::int64_t last = -1, round = 0;
  while (last < rounds && read(fds[0], &round, sizeof(round)) == ssize_t{sizeof(round)}) last = round;
  kill(child, SIGKILL);
  while (read(fds[0], &round, sizeof(round)) == ssize_t{sizeof(round)}) last = round;
  waitpid(child, nullptr, 0);
  close(fds[0]);
  return last;
}

TEST(CrashedHistory, LosesNothingThatWasAcknowledgedBeforeKillNine) {
  Folder directory;
  for (std::int64_t rounds : {30, 150, 290}) {
    const std::int64_t last = run_and_kill(directory.path(), rounds);
    ASSERT_GE(last, rounds);
    const auto store = open_or_fail(directory.path());
    ASSERT_NE(store, nullptr);
    for (int vm = 0; vm < 50; ++vm) {
      const auto samples = all_of(*store, "vm" + std::to_string(vm));
      ASSERT_GE(static_cast<std::int64_t>(samples.size()), last + 1);
      // Samples that came after the last acknowledgement may be there or not, but never without their mark.
      ASSERT_EQ(*store->mark("vm" + std::to_string(vm)), std::to_string(samples.size() - 1));
      for (std::int64_t i = 0; i <= last; ++i) {
        ASSERT_EQ(epoch_seconds(samples[static_cast<std::size_t>(i)].at), i * 10);
        ASSERT_EQ(samples[static_cast<std::size_t>(i)].used[0], double(i));
      }
    }
  }
}

TEST(OpenHistory, IsRefusedToASecondUserWithOneClearError) {
  Folder directory;
  const auto first = open_or_fail(directory.path());
  const auto second = open_rocksdb_history(directory.path());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kRefused);
  EXPECT_THAT(second.error().message, testing::HasSubstr("another process has it open"));
}

TEST(OpenHistory, DoesNotTakeADiskErrorWithTheWordLockInItForASecondUser) {
  Folder directory;
  const auto blocked = directory / "blocked";
  open_or_fail(blocked).reset();
  std::filesystem::remove(blocked / "CURRENT");
  std::filesystem::create_directory(blocked / "CURRENT");
  const auto store = open_rocksdb_history(blocked);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kFailed);
  EXPECT_THAT(store.error().message, testing::HasSubstr("cannot be opened"));
}

TEST(OpenHistory, IsRefusedWhileAnotherProcessHasIt) {
  Folder directory;
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  setenv(kChildDirectory, directory.path().c_str(), 1);
  const pid_t child = fork();
  if (child == 0) {
    dup2(fds[1], STDERR_FILENO);
    execl("/proc/self/exe", "history_test", "--gtest_filter=CrashChild.*", nullptr);
    _exit(127);
  }
  unsetenv(kChildDirectory);
  close(fds[1]);
  std::int64_t round = 0;
  EXPECT_EQ(read(fds[0], &round, sizeof(round)), ssize_t{sizeof(round)});  // it is open now
  const auto second = open_rocksdb_history(directory.path());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(fds[0]);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kRefused);
}

TEST(OpenHistory, SaysWhyAPathThatIsAFileCannotBeUsed) {
  const auto store = open_rocksdb_history("/dev/null/history");
  ASSERT_FALSE(store.has_value());
  EXPECT_THAT(store.error().message, testing::HasSubstr("/dev/null/history"));
}

}  // namespace
}  // namespace headroom
