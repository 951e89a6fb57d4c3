#include "headroom/migration/problem.h"

#include <gtest/gtest.h>

#include <functional>

#include "scene.h"

namespace headroom::migration {
namespace {

Problem sound() {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10);
  scene.move(scene.item(a, 5), b, 1);
  scene.item(b, 5);
  scene.p.apart = {{0, 1}};
  scene.p.host_sets = {{0, 1}};
  return scene.p;
}

// What is said of the problem once it is spoilt.
std::string said(const std::function<void(Problem&)>& spoil) {
  Problem p = sound();
  spoil(p);
  const auto valid = validate(p);
  return valid ? "" : valid.error().message;
}

TEST(MigrationProblem, IsAcceptedWhenSound) { EXPECT_EQ(said([](Problem&) {}), ""); }

TEST(MigrationProblem, IsRefusedWhenATableHasTheWrongShape) {
  EXPECT_EQ(said([](Problem& p) { p.lanes = 0; }), "there are no lanes; name at least one resource");
  EXPECT_EQ(said([](Problem& p) { p.capacity.pop_back(); }), "capacity has 1 entries where 2 are needed");
  EXPECT_EQ(said([](Problem& p) { p.need.push_back(1); }), "need has 3 entries where 2 are needed");
  EXPECT_EQ(said([](Problem& p) { p.need_there = {1, 2}; }), "need_there has 2 entries where 1 are needed");
}

TEST(MigrationProblem, IsRefusedWhenAnEntryNamesWhatDoesNotExist) {
  EXPECT_EQ(said([](Problem& p) { p.on[1] = 2; }), "on[1] is 2; it must be 0 to 1");
  EXPECT_EQ(said([](Problem& p) { p.apart[0][1] = -1; }), "a set that is apart[1] is -1; it must be 0 to 1");
  EXPECT_EQ(said([](Problem& p) { p.host_sets[0][0] = 9; }), "a host set[0] is 9; it must be 0 to 1");
  EXPECT_EQ(said([](Problem& p) { p.moves[0].item = 2; }), "moves[0] moves item 2, which does not exist");
  EXPECT_EQ(said([](Problem& p) { p.moves[0].to = 2; }), "moves[0] goes to host 2, which does not exist");
  EXPECT_EQ(said([](Problem& p) { p.moves[0].detour_set = 1; }), "moves[0] names host set 1, which does not exist");
  EXPECT_EQ(said([](Problem& p) { p.uplinks.resize(1); p.hosts[1].location = 1; }), "host 1 is in location 1, which has no uplink");
}

TEST(MigrationProblem, IsRefusedWhenAnItemMovesTwiceOrNowhereOrIsTwiceInASet) {
  EXPECT_EQ(said([](Problem& p) { p.moves.push_back(p.moves[0]); }), "moves[1] moves item 0 a second time");
  EXPECT_EQ(said([](Problem& p) { p.moves[0].to = 0; }), "moves[0] goes to host 0, where its item is");
  EXPECT_EQ(said([](Problem& p) { p.apart[0] = {1, 1}; }), "apart[0] names an item twice");
}

TEST(MigrationProblem, IsRefusedWhenANumberIsOutOfRange) {
  EXPECT_EQ(said([](Problem& p) { p.need[0] = -1; }), "need[0] is -1; it must be 0 to 2^61");
  EXPECT_EQ(said([](Problem& p) { p.need = {std::int64_t{1} << 61, std::int64_t{1} << 61}; }), "all needs together pass 2^61; count in larger units");
  EXPECT_EQ(said([](Problem& p) { p.hosts[0].in = BytesPerSecond(-1); }), "host 0 has a negative bandwidth");
  EXPECT_EQ(said([](Problem& p) { p.moves[0].importance = -2; }), "the importance -2 of moves[0] must be 0 to 1000000000000");
  EXPECT_EQ(said([](Problem& p) { p.moves[0].payload.memory = Bytes(0); }), "moves[0] has no memory to send, or a dirty curve that is none");
  EXPECT_EQ(said([](Problem& p) { p.moves[0].payload.dirty.hot_seconds = 0; }), "moves[0] has no memory to send, or a dirty curve that is none");
  EXPECT_EQ(said([](Problem& p) { p.limits.in_fleet = -1; }), "a limit is negative; 0 is none");
  EXPECT_EQ(said([](Problem& p) { p.how.most_rounds = 0; }), "most_rounds is 0; a migration has at least one");
}

}  // namespace
}  // namespace headroom::migration
