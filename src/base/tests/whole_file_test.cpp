#include "headroom/base/whole_file.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "support/folder.h"

namespace headroom {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_in(const Folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(WholeFile, IsThereOnlyOnceItIsCommitted) {
  const Folder folder;
  folder.put("state", "old");
  {
    auto file = WholeFile::open(folder.at("state"));
    ASSERT_TRUE(file);
    file->write("new");
    EXPECT_EQ(folder.read("state"), "old");
    ASSERT_TRUE(file->commit());
  }
  EXPECT_EQ(folder.read("state"), "new");
  EXPECT_THAT(names_in(folder), ElementsAre("state"));
}

TEST(WholeFile, LeavesWhatWasThereWhenItIsGivenUp) {
  const Folder folder;
  folder.put("state", "old");
  { WholeFile::open(folder.at("state"))->write("new"); }
  EXPECT_EQ(folder.read("state"), "old");
  EXPECT_THAT(names_in(folder), ElementsAre("state"));
}

// A limit on the size of files stands for a disk that is full.
TEST(WholeFile, LeavesWhatWasThereWhenNotAllCanBeWritten) {
  const Folder folder;
  folder.put("state", "old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 1000;
  const auto ignore = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const auto done = write_whole(folder.at("state"), std::string(100'000, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignore);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kFailed);
  EXPECT_THAT(done.error().message, HasSubstr("state: cannot be written; is the disk full?"));
  EXPECT_EQ(folder.read("state"), "old");
  EXPECT_THAT(names_in(folder), ElementsAre("state"));
}

TEST(WholeFile, ReplacesTheFileThatALinkLeadsTo) {
  const Folder folder;
  folder.put("real", "old");
  std::filesystem::create_symlink(folder.at("real"), folder.at("link"));
  ASSERT_TRUE(write_whole(folder.at("link"), "new"));
  EXPECT_EQ(folder.read("real"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.at("link")));
}

TEST(WholeFile, IsNobodyElsesFromItsFirstMomentWhereThatIsAsked) {
  const Folder folder;
  folder.put("key", "old", std::filesystem::perms(0644));
  auto file = WholeFile::open(folder.at("key"), 0600);
  ASSERT_TRUE(file);
  const std::vector<std::string> names = names_in(folder);
  ASSERT_EQ(names.size(), 2U);  // "key", and the draft behind it
  EXPECT_EQ(std::filesystem::status(folder / names[1]).permissions(), std::filesystem::perms(0600)) << names[1];
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(std::filesystem::status(folder / "key").permissions(), std::filesystem::perms(0600));
}

TEST(WholeFile, SaysAtOnceWhereNothingCanBeWritten) {
  const Folder folder;
  EXPECT_EQ(WholeFile::open(folder.path()).error().code, ErrorCode::kInvalid);
  EXPECT_THAT(WholeFile::open(folder.at("nowhere/file")).error().message, HasSubstr("nowhere/file: cannot be written: No such file"));
  EXPECT_TRUE(write_whole("/dev/null", "as it is"));
}

}  // namespace
}  // namespace headroom
