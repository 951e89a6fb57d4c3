#include "headroom/daemon/move_file.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace headroom {
namespace {

using ::testing::HasSubstr;

class MoveFile : public ::testing::Test {
 protected:
  MoveFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "move-file-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory = pattern;
    for (std::uint32_t h = 0; h < 3; ++h) {
      Host host;
      host.id = HostId(h);
      host.name = "h" + std::to_string(h);
      hosts.push_back(host);
    }
    errors.fleet = {5, 0.3, 0.01};
    errors.pairs[{HostId(0), HostId(1)}] = {2, 0.25, 0.02};
    errors.pairs[{HostId(2), HostId(1)}] = {3, -0.5, 0.04};
  }
  ~MoveFile() override { std::filesystem::remove_all(directory); }

  std::filesystem::path directory;
  std::vector<Host> hosts;
  MoveErrors errors;
  const Instant now = instant_from_epoch_seconds(1'375'315'500);
};

TEST_F(MoveFile, GivesBackWhatWasSavedToHostsOfTheSameNames) {
  const auto file = directory / "migrations.json";
  ASSERT_TRUE(save_moves(file, errors, hosts, now));
  hosts[0].id = HostId(7);   // numbered anew after a restart, and the third is gone
  hosts.pop_back();
  const auto read = load_moves(file, hosts, now);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->fleet.mean, 0.3);
  ASSERT_EQ(read->pairs.size(), 1U);
  EXPECT_EQ(read->pairs.at({HostId(7), HostId(1)}).variance, 0.02);
}

TEST_F(MoveFile, RefusesWhatWasLearntLaterThanTheTimeThatIsRun) {
  const auto file = directory / "migrations.json";
  ASSERT_TRUE(save_moves(file, errors, hosts, now));
  const auto read = load_moves(file, hosts, now - Duration(1));
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().message, HasSubstr("after the time that is run"));
}

TEST_F(MoveFile, RefusesADamagedFileInOneSentence) {
  const auto file = directory / "migrations.json";
  EXPECT_EQ(load_moves(file, hosts, now).error().code, ErrorCode::kNotFound);
  for (const char* text : {"", "{}", "[1, 2", R"({"learnt_to": "2013-08-01T00:00:00Z", "fleet": {"weight": -1, "mean": 0, "variance": 0}, "pairs": []})"}) {
    std::ofstream(file) << text;
    const auto read = load_moves(file, hosts, now);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalid);
  }
}

}  // namespace
}  // namespace headroom
