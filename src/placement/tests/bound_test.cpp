// The bound against everything it bounds: all assignments of tiny problems, answers for larger ones, sums done by hand.
#include "headroom/placement/bound.h"

#include <gtest/gtest.h>

#include "../src/random.h"
#include "headroom/placement/check.h"
#include "headroom/placement/solve.h"
#include "headroom/placement_testing/made_problem.h"

namespace headroom::placement {
namespace {

// Hosts and items of one size each, in so many lanes; nobody is in a group.
Problem plain(std::size_t hosts, std::size_t items, std::size_t lanes) {
  Problem p;
  p.hosts = hosts;
  p.items = items;
  p.lanes.resize(lanes);
  p.capacity.assign(hosts * lanes, 100);
  p.safe = p.capacity;
  p.location.assign(hosts, 0);
  p.neighbourhood = p.location;
  p.need.assign(items * lanes, 1);
  p.group.assign(items, kNoGroup);
  p.home.assign(items, 0);
  p.away_price.assign(items, 0);
  return p;
}

// Three hosts and six items, anything else by chance; the start is whatever fits first.
Problem tiny(std::uint64_t seed) {
  Stream chance(seed, 3, 6);
  const auto below = [&](std::uint32_t n) { return Stream::below(static_cast<std::uint32_t>(chance.next()), n); };
  Problem p = plain(3, 6, 1 + seed % 3);
  for (Lane& lane : p.lanes) lane.weight = below(2) * below(9);
  for (std::int64_t& c : p.capacity) c = 20 + below(100);
  for (std::size_t i = 0; i < p.safe.size(); ++i) p.safe[i] = p.capacity[i] - below(20);
  for (std::int64_t& n : p.need) n = below(40);
  if (seed % 4 != 0)
    for (std::size_t i = 0; i < p.capacity.size(); ++i) p.use_price.push_back(below(8));
  if (seed % 4 != 1)
    for (std::size_t h = 0; h < p.hosts; ++h) p.open_price.push_back(below(400));
  if (seed % 3 == 0) {  // two hosts that are alike
    for (std::size_t l = 0; l < p.lanes.size(); ++l) {
      p.capacity[p.lanes.size() + l] = p.capacity[l];
      p.safe[p.lanes.size() + l] = p.safe[l];
      if (!p.use_price.empty()) p.use_price[p.lanes.size() + l] = p.use_price[l];
    }
    if (!p.open_price.empty()) p.open_price[1] = p.open_price[0];
  }
  if (seed % 5 == 0) p.balances = {{.of = 0, .against = p.lanes.size() - 1, .target = 1 + below(3), .weight = below(5)}};
  return p;
}

// The cheapest of all assignments, and how many break nothing.
std::pair<std::int64_t, int> cheapest(const Problem& p) {
  std::pair<std::int64_t, int> found{0, 0};
  Assignment at(p.items, 0);
  for (std::size_t item = 0; item < p.items;) {
    if (check(p, at).empty()) {
      const std::int64_t cost = cost_of(p, at).total();
      if (found.second++ == 0 || cost < found.first) found.first = cost;
    }
    for (item = 0; item < p.items && ++at[item] == static_cast<std::int32_t>(p.hosts); ++item) at[item] = 0;
  }
  return found;
}

TEST(Bound, IsNeverAboveTheCheapestOfAllAssignments) {
  int compared = 0, within_a_tenth = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Problem p = tiny(seed);
    ASSERT_TRUE(validate(p)) << validate(p).error().message;
    const auto [least, feasible] = cheapest(p);
    if (feasible == 0) continue;
    ++compared;
    ASSERT_LE(lower_bound(p), least) << "seed " << seed;
    within_a_tenth += gap(least, lower_bound(p)) <= 0.1;
  }
  EXPECT_GT(compared, 200);
  EXPECT_GT(within_a_tenth, 20) << "it could be far below and prove nothing";
}

TEST(Bound, IsNeverAboveWhatIsFoundForLargerProblems) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    placement_testing::Making making = placement_testing::small(seed);
    making.priced = true;
    making.fill = 0.3 + 0.02 * static_cast<double>(seed);
    const Problem p = make_problem(making);
    const auto answer = solve(p, {.seed = seed, .tries = 100'000});
    ASSERT_TRUE(answer);
    EXPECT_LE(answer->bound, answer->cost) << "seed " << seed;
    EXPECT_GT(answer->bound, 0);
  }
}

TEST(Bound, FillsHostsByTheirPricePerUnitWhenOneLaneIsAllThereIs) {
  Problem p = plain(3, 200, 1);
  p.open_price = {300, 100, 0};
  p.use_price = {0, 1, 5};  // full, a unit costs 3, 2 and 5
  EXPECT_EQ(lower_bound(p), 100 * 2 + 100 * 3);
  p.open_price = {300, 101, 0};
  EXPECT_EQ(lower_bound(p), 201 + 300);
}

TEST(Bound, CountsHostsWhole) {
  Problem p = plain(3, 150, 1);
  p.open_price = {300, 100, 0};
  p.use_price = {0, 1, 5};
  EXPECT_EQ(lower_bound(p), 100 * 2 + 50 * 5) << "half of the first host would be 150, but all of it is 300";
  p = plain(40, 1050, 2);
  p.open_price.assign(40, 70);
  p.open_price[3] = p.open_price[4] = 30;  // small ones
  for (std::size_t l = 0; l < 2; ++l) p.capacity[6 + l] = p.capacity[8 + l] = 30;
  p.safe = p.capacity;
  EXPECT_EQ(lower_bound(p), 10 * 70 + 2 * 30) << "half a host more than ten: two small ones are cheaper than a large one";
}

TEST(Bound, CountsUseAboveSafeTogetherWithPricesOfHosts) {
  Problem p = plain(2, 150, 1);
  p.lanes[0].weight = 10;
  p.safe = {50, 60};
  p.open_price = {100, 0};
  p.use_price = {1, 2};
  // 150 on both: 100 and 50 + 2 * 60 up to safe; of the 40 above, 40 on the first host, at 1 + 10.
  EXPECT_EQ(lower_bound(p), 100 + 50 + 120 + 40 * 11);
}

TEST(Bound, MixesLanesWhereEachAloneSaysTooLittle) {
  // Half of the items need one lane, half the other; a host is half full in each when all is in.
  Problem p = plain(200, 100, 2);
  for (std::size_t i = 0; i < 100; ++i) p.need[2 * i] = i % 2 == 0 ? 50 : 0, p.need[2 * i + 1] = i % 2 == 0 ? 0 : 50;
  for (std::size_t h = 0; h < 200; ++h) {
    p.capacity[2 * h] = h % 2 == 0 ? 100 : 20;  // two kinds of hosts, each short of the other's lane
    p.capacity[2 * h + 1] = h % 2 == 0 ? 20 : 100;
  }
  p.safe = p.capacity;
  p.open_price.assign(200, 600);
  // Alone, either lane's 2,500 would need 25 hosts; 2,500 of both need 5,000 / 120 hosts.
  EXPECT_GE(lower_bound(p), 600 * 41);
  EXPECT_LE(lower_bound(p), 600 * 5000 / 120);
}

TEST(Bound, IsTightWhereItemsAreManyAndSmall) {
  Problem p = plain(100, 4000, 2);  // some forty items a host
  for (std::size_t i = 0; i < p.items; ++i) {
    p.home[i] = static_cast<std::int32_t>(i % p.hosts);
    p.need[2 * i] = 1 + static_cast<std::int64_t>(i * 7 % 3);
    p.need[2 * i + 1] = static_cast<std::int64_t>(i % 2);
  }
  for (std::size_t h = 0; h < p.hosts; ++h) {
    p.capacity[2 * h] = 200;
    p.open_price.push_back(5000 + 10 * static_cast<std::int64_t>(h));
    p.use_price.insert(p.use_price.end(), {static_cast<std::int64_t>(h % 4), 1});
  }
  p.safe = p.capacity;
  const auto answer = solve(p, {.tries = 10'000'000});
  ASSERT_TRUE(answer);
  EXPECT_LT(answer->cost, answer->start_cost / 2);
  EXPECT_LT(answer->gap(), 0.015);
}

}  // namespace
}  // namespace headroom::placement
