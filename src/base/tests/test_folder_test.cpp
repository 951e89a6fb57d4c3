// The folders of tests themselves: a test that is killed leaves its own behind.
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "support/folder.h"

namespace headroom {
namespace {

namespace fs = std::filesystem;

// As if it had been made so long ago.
void age(const fs::path& folder, std::chrono::seconds by) {
  const std::int64_t then = epoch_seconds(SystemClock().now()) - by.count();
  const timespec times[] = {{then, 0}, {then, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, folder.c_str(), times, 0), 0);
}

TEST(TestFolder, OfATestThatIsGoneIsRemovedAndNoOther) {
  const Folder in;
  for (const char* name : {"headroom-test-dead", "headroom-test-alive", "headroom-test-new", "other"}) fs::create_directories(in / name / "inside");
  const Descriptor owner(open((in / "headroom-test-alive").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(flock(owner.get(), LOCK_EX), 0);
  for (const char* name : {"headroom-test-dead", "headroom-test-alive", "other"}) age(in / name, std::chrono::minutes(2));
  Folder::sweep(in.path());
  EXPECT_FALSE(fs::exists(in / "headroom-test-dead"));
  EXPECT_TRUE(fs::exists(in / "headroom-test-alive"));
  EXPECT_TRUE(fs::exists(in / "headroom-test-new"));
  EXPECT_TRUE(fs::exists(in / "other"));
}

TEST(TestFolder, IsLockedWhileItsTestLives) {
  const Folder mine;
  const Descriptor other(open(mine.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_NE(flock(other.get(), LOCK_EX | LOCK_NB), 0);
}

}  // namespace
}  // namespace headroom
