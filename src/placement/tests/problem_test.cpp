#include "headroom/placement/problem.h"

#include <gmock/gmock.h>

#include "headroom/placement_testing/made_problem.h"
#include "headroom/placement_testing/wants.h"

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
  EXPECT_EQ(said([](Problem& p) { p.need[7] = -1; }), "need[7] is -1; it must be 0 to 1073741823");
  EXPECT_EQ(said([](Problem& p) { p.capacity[2] = 1 << 30; }), "capacity[2] is 1073741824; it must be 0 to 1073741823");
  EXPECT_EQ(said([](Problem& p) { p.home[0] = 12; }), "home[0] is 12; it must be 0 to 11");
  EXPECT_EQ(said([](Problem& p) { p.group[0] = 40; }), "group[0] is 40; it must be -1 to 39");
  EXPECT_EQ(said([](Problem& p) { p.lanes[0].weight = -1; }), "the weight -1 of a lane must be 0 to 2147483647");
  EXPECT_EQ(said([](Problem& p) { p.groups[1].near = {40}; }), "group 1 wants to be near group 40, which does not exist");
  EXPECT_THAT(said([](Problem& p) { p.balances[0].target = 1 << 20; }), ::testing::HasSubstr("count in larger units"));
  EXPECT_THAT(said([](Problem& p) { p.away_price.assign(p.items, 1LL << 52); p.group_away_weight = 1LL << 52; p.distance_weight = 1LL << 52; }),
              ::testing::HasSubstr("lower the weights"));
}

// The same of one whose items want hosts and each other.
template <class Change>
std::string said_of_wants(Change&& change) {
  Problem problem = make_problem(small(1));
  placement_testing::add_wants(problem, {});
  change(problem);
  const auto good = validate(problem);
  return good ? "sound" : good.error().message;
}

TEST(Problem, RefusesWantsThatNameWhatDoesNotExist) {
  EXPECT_EQ(said_of_wants([](Problem&) {}), "sound");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.host_sets[1].push_back(0); }), "host set 1 has 2 words where 1 are needed");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.host_sets[1][0] |= 1 << 12; }), "host set 1 has a host that does not exist");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.host_sets[1][0] = 0; }), "host set 1 has no host");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.within.pop_back(); }), "within has 119 entries where 120 are needed");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.within[3] = 10; }), "within[3] is 10; it must be -1 to 9");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.wishes[2].item = 120; }), "wish 2 is of item 120, which does not exist");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.wishes[2].set = -1; }), "wish 2 names host set -1, which does not exist");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.wishes[2].price = -1; }), "the price -1 of wish 2 must be 0 to 4503599627370496");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.relations[4].members[1] = 120; }), "relation 4 has item 120, which does not exist");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.relations[4].members = {7, 9, 7}; }), "relation 4 has item 7 twice");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.relations[4].least = -1; }), "relation 4 wants a negative number of places");
  EXPECT_THAT(said_of_wants([](Problem& p) { p.relations[4].price = 1LL << 60; }), ::testing::StartsWith("the price "));
}

TEST(Problem, RefusesRisksThatCouldNotBeCounted) {
  EXPECT_EQ(said_of_wants([](Problem& p) { p.risk_mean.pop_back(); }), "risk_mean has 239 entries where 240 are needed");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.risk_deviation[0] = -1; }), "risk_deviation[0] is -1; it must be 0 to 536870911");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.risks[0] = risk_of(9, 0); }),
            "the factors 5308416 and 0 of risk 0 must be 0 to 4194304");
  EXPECT_EQ(said_of_wants([](Problem& p) { p.risks[0] = risk_of(8, 0.5); }), "sound");
  EXPECT_THAT(said_of_wants([](Problem& p) { p.risk_variance.assign(p.risk_variance.size(), 1LL << 57); }),
              ::testing::HasSubstr("count in larger units"));
}

TEST(Problem, RefusesAStartThatCouldNotBeCounted) {
  const auto overfull = [](Problem& p) {
    p.breach_price = 1;
    std::fill(p.home.begin(), p.home.end(), 0);
  };
  EXPECT_EQ(said(overfull), "sound");
  EXPECT_THAT(said([&](Problem& p) { overfull(p); std::fill(p.need.begin(), p.need.end(), 1 << 24); }),
              ::testing::StartsWith("host 0 holds 2013265920 of lane 0 at the start, above 1073741823"));
  EXPECT_EQ(said([&](Problem& p) {
              overfull(p);
              p.balances.assign(24, {.of = 0, .against = 0, .target = 1, .weight = 1});
            }), "5 resources, 24 balances and 5 resources that are overfull at the start are more than 32 together");
}

TEST(Problem, RefusesPricesOfHostsThatCouldNotBeCounted) {
  const auto all = [](Problem& p, std::int64_t price) { p.use_price.assign(p.hosts * p.lanes.size(), price); };
  EXPECT_EQ(said([&](Problem& p) { all(p, 7); p.open_price.assign(p.hosts, 1'000'000); }), "sound");
  EXPECT_EQ(said([&](Problem& p) { all(p, 1); p.use_price.pop_back(); }), "use_price has 59 entries where 60 are needed");
  EXPECT_EQ(said([&](Problem& p) { all(p, 1); p.use_price[9] = -1; }), "use_price[9] is -1; it must be 0 to 2147483647");
  EXPECT_EQ(said([](Problem& p) { p.open_price = {1}; }), "open_price has 1 entries where 12 are needed");
  EXPECT_EQ(said([](Problem& p) { p.open_price.assign(12, -5); }), "open_price[0] is -5; it must be 0 to 4503599627370496");
  EXPECT_THAT(said([&](Problem& p) { all(p, (1LL << 31) - 1); p.need[0] = p.need[1] = (1 << 29) - 1; }),
              ::testing::HasSubstr("the use of one item could cost"));
  EXPECT_THAT(said([&](Problem& p) {
                all(p, (1LL << 31) - 1);
                p.capacity.assign(p.capacity.size(), 1 << 28);
                p.need.assign(p.need.size(), 1 << 22);
                p.balances.clear();
              }),
              ::testing::HasSubstr("lower the weights"));
}

TEST(Problem, RefusesMoreLanesThanARowHolds) {
  EXPECT_EQ(said([](Problem& p) { p.lanes.resize(31); }), "31 resources and 2 balances are more than 32 together");
}

}  // namespace
}  // namespace headroom::placement
