#include "headroom/daemon/move_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "headroom/daemon/move_keeper.h"
#include "support/folder.h"

namespace headroom {
namespace {

using ::testing::HasSubstr;

class MoveFile : public ::testing::Test {
 protected:
  MoveFile() {
    for (std::uint32_t h = 0; h < 3; ++h) {
      Host host;
      host.id = HostId(h);
      host.name = "h" + std::to_string(h);
      hosts.push_back(host);
    }
    learnt.fleet = {{5, 1, 2, 5, 3, 7, 11}, {4, -20.5, 900}};
    learnt.pairs[{"h0", "h1"}] = {{2, 1, 1, 1.5, 2, 2.25, 4}, {1, 30, 0}};
    learnt.pairs[{"h2", "h1"}] = {{3, 1, 1, 1.5, 2, 2.25, 4}, {}};
  }
  static Action move(std::uint32_t from, std::uint32_t to) {
    Action a;
    a.kind = ActionKind::kMigrate;
    a.from = HostId(from);
    a.to = HostId(to);
    a.schedule.emplace();
    a.schedule->estimated = a.schedule->takes = std::chrono::seconds(10);
    return a;
  }

  const Folder folder;
  const std::filesystem::path file = folder.at("migrations.json");
  std::vector<Host> hosts;
  LearntMoves learnt;
  const Instant now = instant_from_epoch_seconds(1'375'315'500);
};

TEST_F(MoveFile, GivesBackWhatWasSaved) {
  ASSERT_TRUE(save_moves(file, learnt, now));
  const auto read = load_moves(file, now);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->fleet.duration.yy, 11);
  EXPECT_EQ(read->fleet.downtime.mean_ms, -20.5);
  ASSERT_EQ(read->pairs.size(), 2U);
  EXPECT_EQ(read->pairs.at({"h2", "h1"}).duration.weight, 3);
}

// Numbered anew after a restart, and the third is away for repair: it comes back.
TEST_F(MoveFile, WhatIsKnownOfAHostThatIsAwayIsThereWhenItIsBack) {
  ASSERT_TRUE(save_moves(file, learnt, now));
  hosts[0].id = HostId(7);
  const Host third = hosts.back();
  hosts.pop_back();
  MoveKeeper keeper(file);
  auto moves = keeper.take_up(hosts, now);
  ASSERT_TRUE(moves);
  const auto pairs = moves->errors().pairs;
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs.at({HostId(7), HostId(1)}).duration.xy, 2.25);
  moves->note(move(7, 1), now, std::chrono::seconds(12), std::nullopt);
  std::vector<std::string> troubles;
  keeper.keep(*moves, hosts, now, troubles);
  EXPECT_THAT(troubles, ::testing::IsEmpty());
  const auto saved = load_moves(file, now);
  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->pairs.at({"h2", "h1"}).duration.weight, 3) << "it is away, and not forgotten";
  EXPECT_GT(saved->pairs.at({"h0", "h1"}).duration.weight, 2);
  EXPECT_TRUE(keeper.arrived(hosts).empty());
  hosts.push_back(third);
  const auto back = keeper.arrived(hosts);
  ASSERT_EQ(back.size(), 1U);
  moves->add(back);
  EXPECT_EQ(moves->errors().pairs.at({third.id, HostId(1)}).duration.weight, 3);
  EXPECT_TRUE(keeper.arrived(hosts).empty()) << "told once";
}

TEST_F(MoveFile, KeepsSoManyPairsOfAbsentHostsAndNoMore) {
  for (std::size_t i = 0; i < MoveKeeper::kMostAbsent + 10; ++i) learnt.pairs[{fmt::format("away{:06}", i), "h1"}] = learnt.fleet;
  ASSERT_TRUE(save_moves(file, learnt, now));
  MoveKeeper keeper(file);
  auto moves = keeper.take_up(hosts, now);
  moves->note(move(0, 1), now, std::chrono::seconds(12), std::nullopt);
  std::vector<std::string> troubles;
  keeper.keep(*moves, hosts, now, troubles);
  EXPECT_EQ(load_moves(file, now)->pairs.size(), MoveKeeper::kMostAbsent + 2) << "and the two that are there";
}

TEST_F(MoveFile, ReadsWhatAnEarlierVersionHadLearntForWhatItSays) {
  std::ofstream(file) << R"({"learnt_to": "2013-08-01T00:00:00Z", "fleet": {"weight": 9, "mean": 0.6931471805599453, "variance": 0.01},
    "pairs": [{"from": "h0", "to": "h1", "weight": 4, "mean": 0.0, "variance": 0.04}]})";
  const auto read = load_moves(file, now);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const DurationMoments& m = read->fleet.duration;
  EXPECT_NEAR(m.xy / m.xx, 2, 1e-9) << "twice as long as predicted";
  EXPECT_EQ(m.weight, 9);
  EXPECT_EQ(read->pairs.at({"h0", "h1"}).duration.weight, 4);
  EXPECT_EQ(read->fleet.downtime.weight, 0) << "of which it knew nothing";
}

TEST_F(MoveFile, RefusesWhatWasLearntLaterThanTheTimeThatIsRun) {
  ASSERT_TRUE(save_moves(file, learnt, now));
  const auto read = load_moves(file, now - Duration(1));
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().message, HasSubstr("after the time that is run"));
}

TEST_F(MoveFile, RefusesADamagedFileInOneSentence) {
  EXPECT_EQ(load_moves(file, now).error().code, ErrorCode::kNotFound);
  for (const char* text : {"", "{}", "[1, 2", R"({"learnt_to": "2013-08-01T00:00:00Z", "fleet": {"weight": -1, "mean": 0, "variance": 0}, "pairs": []})",
                           R"({"learnt_to": "2013-08-01T00:00:00Z", "pairs": [], "fleet": {"downtime": {"weight": 0, "mean_ms": 0, "variance": 0},
                           "duration": {"weight": 1, "one": 1, "x": 9, "xx": 1, "y": 1, "xy": 1, "yy": 1}}})"}) {
    std::ofstream(file) << text;
    const auto read = load_moves(file, now);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalid);
  }
}

}  // namespace
}  // namespace headroom
