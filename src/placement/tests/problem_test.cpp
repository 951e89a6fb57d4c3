#include "headroom/placement/problem.h"

#include <gmock/gmock.h>

#include "headroom/placement_testing/made_problem.h"

namespace headroom::placement {
namespace {

using placement_testing::make_problem;
using placement_testing::small;

// What validate says of a sound problem after one change.
template <class Change>
std::string said(Change&& change) {
  Problem problem = make_problem(small(1));
  change(problem);
  const auto good = validate(problem);
  return good ? "sound" : good.error().message;
}

TEST(Problem, IsSoundAsItIsMade) { EXPECT_EQ(said([](Problem&) {}), "sound"); }

TEST(Problem, RefusesTablesOfTheWrongShape) {
  EXPECT_EQ(said([](Problem& p) { p.capacity.pop_back(); }), "capacity has 59 entries where 60 are needed");
  EXPECT_EQ(said([](Problem& p) { p.home.push_back(0); }), "home has 121 entries where 120 are needed");
  EXPECT_EQ(said([](Problem& p) { p.distance.pop_back(); }), "distance has 143 entries where 144 are needed");
  EXPECT_EQ(said([](Problem& p) { p.distance.clear(); }), "sound");
  EXPECT_EQ(said([](Problem& p) { p.hosts = 0; }), "there are no hosts");
  EXPECT_EQ(said([](Problem& p) { p.lanes.clear(); }), "there are no lanes; name at least one resource");
}

TEST(Problem, RefusesNumbersThatCouldNotBeCounted) {
  EXPECT_EQ(said([](Problem& p) { p.need[7] = -1; }), "need[7] is -1; it must be 0 to 536870911");
  EXPECT_EQ(said([](Problem& p) { p.capacity[2] = 1 << 30; }), "capacity[2] is 1073741824; it must be 0 to 536870911");
  EXPECT_EQ(said([](Problem& p) { p.home[0] = 12; }), "home[0] is 12; it must be 0 to 11");
  EXPECT_EQ(said([](Problem& p) { p.group[0] = 40; }), "group[0] is 40; it must be -1 to 39");
  EXPECT_EQ(said([](Problem& p) { p.lanes[0].weight = -1; }), "the weight -1 of a lane must be 0 to 2147483647");
  EXPECT_EQ(said([](Problem& p) { p.groups[1].near = {40}; }), "group 1 wants to be near group 40, which does not exist");
  EXPECT_THAT(said([](Problem& p) { p.balances[0].target = 1 << 20; }), ::testing::HasSubstr("count in larger units"));
  EXPECT_THAT(said([](Problem& p) { p.away_price.assign(p.items, 1LL << 52); p.group_away_weight = 1LL << 52; p.distance_weight = 1LL << 52; }),
              ::testing::HasSubstr("lower the weights"));
}

TEST(Problem, RefusesMoreLanesThanARowHolds) {
  EXPECT_EQ(said([](Problem& p) { p.lanes.resize(31); }), "31 resources and 2 balances are more than 32 together");
}

}  // namespace
}  // namespace headroom::placement
