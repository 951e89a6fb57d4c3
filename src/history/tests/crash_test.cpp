// What a second process, and a process that dies, do to a RocksDB history. That process is a program of its own (crash_child.cpp).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "stores.h"

namespace headroom {
namespace {

// Appends to a history until it is killed, with the object.
class Child {
 public:
  explicit Child(const std::filesystem::path& directory) {
    int fds[2];
    EXPECT_EQ(pipe(fds), 0);
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);   // a test that is killed leaves nothing
      dup2(fds[1], STDOUT_FILENO);
      close(fds[0]);
      close(fds[1]);
      execl(HEADROOM_BINARY_DIR "/history_test_child", "history_test_child", directory.c_str(), nullptr);
      _exit(127);
    }
    close(fds[1]);
    told_ = fds[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    end();
    close(told_);
  }

  // The last round that it acknowledged, once it has come to `rounds`; less when it ended before.
  std::int64_t reach(std::int64_t rounds) {
    while (last_ < rounds && hear()) {
    }
    return last_;
  }
  // Kills it. The last round that it acknowledged.
  std::int64_t end() {
    if (pid_ <= 0) return last_;
    kill(pid_, SIGKILL);
    while (hear()) {
    }
    waitpid(std::exchange(pid_, -1), nullptr, 0);
    return last_;
  }

 private:
  bool hear() { return read(told_, &last_, sizeof last_) == ssize_t{sizeof last_}; }

  pid_t pid_ = -1;
  int told_ = -1;
  std::int64_t last_ = -1;
};

TEST(CrashedHistory, LosesNothingThatWasAcknowledgedBeforeKillNine) {
  Folder directory;
  for (std::int64_t rounds : {30, 150, 290}) {
    Child child(directory.path());
    ASSERT_GE(child.reach(rounds), rounds);
    const std::int64_t last = child.end();
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
  Child child(directory.path());
  ASSERT_GE(child.reach(0), 0);  // it is open now
  const auto second = open_rocksdb_history(directory.path());
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
