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
    errors.fleet = {{5, 1, 2, 5, 3, 7, 11}, {4, -20.5, 900}};
    errors.pairs[{HostId(0), HostId(1)}] = {{2, 1, 1, 1.5, 2, 2.25, 4}, {1, 30, 0}};
    errors.pairs[{HostId(2), HostId(1)}] = {{3, 1, 1, 1.5, 2, 2.25, 4}, {}};
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
  EXPECT_EQ(read->fleet.duration.yy, 11);
  EXPECT_EQ(read->fleet.downtime.mean_ms, -20.5);
  ASSERT_EQ(read->pairs.size(), 1U);
  EXPECT_EQ(read->pairs.at({HostId(7), HostId(1)}).duration.xy, 2.25);
}

TEST_F(MoveFile, ReadsWhatAnEarlierVersionHadLearntForWhatItSays) {
  const auto file = directory / "migrations.json";
  std::ofstream(file) << R"({"learnt_to": "2013-08-01T00:00:00Z", "fleet": {"weight": 9, "mean": 0.6931471805599453, "variance": 0.01},
    "pairs": [{"from": "h0", "to": "h1", "weight": 4, "mean": 0.0, "variance": 0.04}]})";
  const auto read = load_moves(file, hosts, now);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const DurationMoments& m = read->fleet.duration;
  EXPECT_NEAR(m.xy / m.xx, 2, 1e-9) << "twice as long as predicted";
  EXPECT_EQ(m.weight, 9);
  EXPECT_EQ(read->pairs.at({HostId(0), HostId(1)}).duration.weight, 4);
  EXPECT_EQ(read->fleet.downtime.weight, 0) << "of which it knew nothing";
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
  for (const char* text : {"", "{}", "[1, 2", R"({"learnt_to": "2013-08-01T00:00:00Z", "fleet": {"weight": -1, "mean": 0, "variance": 0}, "pairs": []})",
                           R"({"learnt_to": "2013-08-01T00:00:00Z", "pairs": [], "fleet": {"downtime": {"weight": 0, "mean_ms": 0, "variance": 0},
                           "duration": {"weight": 1, "one": 1, "x": 9, "xx": 1, "y": 1, "xy": 1, "yy": 1}}})"}) {
    std::ofstream(file) << text;
    const auto read = load_moves(file, hosts, now);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalid);
  }
}

}  // namespace
}  // namespace headroom
