// What items want of hosts and of each other, end to end: what the engine makes of it, on puzzles that can be judged by hand and on
// random problems judged by the independent checks.
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <set>

#include "headroom/placement/check.h"
#include "headroom/placement/solve.h"
#include "headroom/placement_testing/made_problem.h"
#include "headroom/placement_testing/wants.h"

namespace headroom::placement {
namespace {

using ::testing::IsEmpty;
using placement_testing::add_wants;
using placement_testing::make_problem;

// Hosts of 100 in racks of two, with `safe` of each; items of 10 at the homes given, in one lane of weight 10.
Problem hosts_of_100(std::vector<std::int64_t> safe, std::vector<std::int32_t> homes) {
  Problem p;
  p.hosts = safe.size();
  p.items = homes.size();
  p.lanes = {{.weight = 10}};
  p.capacity.assign(p.hosts, 100);
  p.safe = std::move(safe);
  p.location.assign(p.hosts, 0);
  for (std::size_t h = 0; h < p.hosts; ++h) p.neighbourhood.push_back(static_cast<std::int32_t>(h / 2));
  p.need.assign(p.items, 10);
  p.group.assign(p.items, kNoGroup);
  p.home = std::move(homes);
  p.away_price.assign(p.items, 1);
  return p;
}

Answer answer_to(const Problem& problem, std::uint64_t tries = 100'000) {
  const auto answer = solve(problem, {.tries = tries});
  EXPECT_TRUE(answer) << answer.error().message;
  return answer ? *answer : Answer{};
}

HostSet set_of(std::initializer_list<int> hosts) {
  HostSet set(1, 0);
  for (int host : hosts) set[0] |= 1ULL << host;
  return set;
}

TEST(Within, KeepsAnItemOnTheHostsOfItsSet) {
  Problem p = hosts_of_100({0, 100, 100, 5}, {0, 0});  // host 0 costs, hosts 1 and 2 do not
  p.host_sets = {set_of({0, 3})};
  p.within = {0, kAnywhere};
  const Answer answer = answer_to(p);
  EXPECT_EQ(answer.assignment[0], 3);
  EXPECT_THAT(answer.assignment[1], ::testing::AnyOf(1, 2));
  EXPECT_EQ(answer.cost, 5 * 10 + 2);
}

TEST(Within, WeighsAWishAgainstOtherCosts) {
  Problem p = hosts_of_100({0, 100}, {0, 0});
  p.host_sets = {set_of({0}), set_of({1})};
  p.wishes = {{.item = 0, .set = 0, .price = 98}, {.item = 1, .set = 0, .price = 100}, {.item = 1, .set = 1, .price = 30}};
  EXPECT_EQ(answer_to(p).assignment, (Assignment{1, 1}));
  p.wishes[0].price = 100;  // use above safe costs 100 there, going away 1
  EXPECT_EQ(answer_to(p).assignment, (Assignment{0, 1}));
}

TEST(Apart, KeepsItemsInDifferentPlacesOfItsScope) {
  Problem p = hosts_of_100({0, 100, 0, 0}, {0, 2});  // racks {0, 1} and {2, 3}; only host 1 is free of cost
  p.relations = {{.kind = Relation::Kind::kApart, .scope = Relation::Scope::kNeighbourhood, .members = {0, 1}}};
  EXPECT_EQ(answer_to(p).assignment, (Assignment{1, 2}));
  p.relations[0].scope = Relation::Scope::kHost;
  EXPECT_EQ(answer_to(p).assignment.size(), 2U);
  p.relations[0].price = 50;  // and 100 to stay on host 2
  EXPECT_EQ(answer_to(p).assignment, (Assignment{1, 1}));
}

TEST(Close, MovesAllOfAGroupAtOnce) {
  Problem p = hosts_of_100({0, 0, 100, 0}, {0, 0, 0, 1});
  p.relations = {{.kind = Relation::Kind::kClose, .scope = Relation::Scope::kHost, .members = {0, 1, 2}}};
  p.capacity = {100, 100, 30, 100};  // room for three: the group, or the other one and a part of it
  EXPECT_EQ(answer_to(p).assignment, (Assignment{2, 2, 2, 1}));
}

TEST(Close, MovesAGroupToARackAndItsPairsToOneHostThere) {
  Problem p = hosts_of_100({0, 0, 20, 20}, {0, 0, 1, 1});
  p.relations = {{.kind = Relation::Kind::kClose, .scope = Relation::Scope::kNeighbourhood, .members = {0, 1, 2, 3}},
                 {.kind = Relation::Kind::kClose, .scope = Relation::Scope::kHost, .members = {0, 1}}};
  const Answer answer = answer_to(p);
  EXPECT_EQ(answer.cost, 4);  // the price of the moves alone
  EXPECT_EQ(answer.assignment[0], answer.assignment[1]);
  EXPECT_THAT(check(p, answer.assignment), IsEmpty());
}

TEST(Close, PushesOthersOutOfTheWayOfAGroup) {
  Problem p = hosts_of_100({0, 100, 0}, {0, 0, 0, 1});
  p.capacity = {100, 30, 100};
  p.need[3] = 20;
  p.away_price[3] = 50;
  p.host_sets = {set_of({1, 2})};
  p.within = {kAnywhere, kAnywhere, kAnywhere, 0};
  p.relations = {{.kind = Relation::Kind::kClose, .scope = Relation::Scope::kHost, .members = {0, 1, 2}}};
  p.lanes[0].weight = 10;
  EXPECT_EQ(answer_to(p).assignment, (Assignment{1, 1, 1, 2}));  // 200 and 53 where it was 300
}

TEST(Spread, KeepsItemsInAsManyPlacesAsAskedFor) {
  Problem p = hosts_of_100({0, 100, 0, 0}, {0, 2, 3});
  p.relations = {{.kind = Relation::Kind::kSpread, .scope = Relation::Scope::kNeighbourhood, .members = {0, 1, 2}, .least = 2}};
  const Answer answer = answer_to(p);
  EXPECT_EQ(answer.cost, 100 + 2);  // one stays behind
  EXPECT_THAT(check(p, answer.assignment), IsEmpty());
}

TEST(BrokenStart, IsRefusedWithoutAPrice) {
  Problem p = hosts_of_100({100, 100}, {0, 0});
  p.relations = {{.kind = Relation::Kind::kApart, .members = {0, 1}}};
  const auto answer = solve(p, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the start breaks a constraint: relation 0 wants its items apart; item 1 shares host 0");
}

TEST(BrokenStart, IsMendedWhereThatIsWorthItsMoves) {
  Problem p = hosts_of_100({100, 100, 100, 100}, std::vector<std::int32_t>(12, 0));  // 120 on a host of 100
  p.home[11] = 1;
  p.home[10] = 2;
  p.capacity[0] = 80;
  p.host_sets = {set_of({2, 3}), set_of({0, 1, 2})};
  p.within.assign(12, kAnywhere);
  p.within[11] = 0;  // is on 1
  p.relations = {{.kind = Relation::Kind::kApart, .members = {0, 1, 2}},
                 {.kind = Relation::Kind::kClose, .scope = Relation::Scope::kNeighbourhood, .members = {9, 10}},
                 {.kind = Relation::Kind::kSpread, .members = {3, 4, 5}, .least = 2}};
  p.breach_price = 100;
  EXPECT_EQ(cost_of(p, p.home).breaches, 100 * (2 + 2 + 1 + 1 + 1));  // two over capacity, two apart, one each of the others
  const Answer answer = answer_to(p);
  EXPECT_THAT(check(p, answer.assignment), IsEmpty());
  EXPECT_EQ(answer.cost, 5);  // one of 9 and 10, 11, two of 0 to 2, one of 3 to 5: the host has room again too
  p.away_price.assign(12, 1000);
  EXPECT_EQ(answer_to(p).assignment, p.home);
}

TEST(BrokenStart, MayBeKeptByThoseWhoBrokeItAndBeJoinedByNobody) {
  Problem p = hosts_of_100({0, 100}, {1, 1, 0});  // two that should be apart where it is free, the third where it is not
  p.relations = {{.kind = Relation::Kind::kApart, .members = {0, 1, 2}}};
  p.breach_price = 10;
  EXPECT_EQ(answer_to(p).assignment, (Assignment{1, 1, 0}));
  EXPECT_THAT(new_breaches(p, {1, 1, 1}), ::testing::ElementsAre("relation 0 wants its items apart; item 2 shares host 1"));
  EXPECT_THAT(new_breaches(p, {1, 0, 0}), ::testing::ElementsAre("relation 0 wants its items apart; item 1 shares host 0"));
  EXPECT_THAT(new_breaches(p, {0, 1, 0}), ::testing::ElementsAre("relation 0 wants its items apart; item 0 shares host 0"));
}

TEST(BrokenStart, GivesAnOverfullHostNothingMore) {
  Problem p = hosts_of_100({100, 100}, {0, 0, 0, 1});
  p.capacity = {20, 100};
  p.safe = {100, 0};
  p.breach_price = 50;  // 5 a unit; above safe costs 10, so the last item would come too
  EXPECT_EQ(answer_to(p).assignment, p.home);
  EXPECT_THAT(new_breaches(p, {0, 0, 0, 0}), ::testing::ElementsAre("host 0 holds 40 of lane 0, above its capacity 20"));
}

placement_testing::Making some(std::uint64_t seed) {
  placement_testing::Making making = placement_testing::small(seed);
  making.lanes = 1 + seed % 7;
  making.transient_lanes = seed % 3 == 0 ? making.lanes / 2 : 0;
  making.hosts = 4 + seed * 7 % 80;
  making.items = 20 + seed * 31 % 300;
  making.groups = making.hosts < 8 ? making.items : std::max<std::size_t>(1, making.items / (1 + seed % 5));
  making.balances = seed % 2;
  making.fill = 0.4 + 0.05 * static_cast<double>(seed % 8);
  return making;
}

Problem wanting(std::uint64_t seed) {
  Problem problem = make_problem(some(seed));
  add_wants(problem, {.seed = seed, .sets = seed % 4 == 0 ? 0U : 1 + seed % 9, .wishes = seed % 5 * 20,
                      .relations = seed * 13 % 90, .risks = seed % 3, .broken = seed % 2 == 1});
  return problem;
}

TEST(Wants, AreKeptOnRandomProblemsByTheWordOfTheIndependentChecks) {
  const char* given = std::getenv("HEADROOM_SEED");
  const std::uint64_t first = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  int broken = 0, mended = 0;
  for (std::uint64_t seed = first; seed < first + 60; ++seed) {
    SCOPED_TRACE(::testing::Message() << "HEADROOM_SEED=" << seed);
    const Problem problem = wanting(seed);
    ASSERT_TRUE(validate(problem)) << validate(problem).error().message;
    const auto answer = solve(problem, {.seed = seed, .tries = 200'000});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_THAT(new_breaches(problem, answer->assignment), IsEmpty());
    EXPECT_EQ(answer->cost, cost_of(problem, answer->assignment).total());
    EXPECT_LE(answer->cost, answer->start_cost);
    EXPECT_GE(answer->cost, answer->bound);
    const std::size_t before = check(problem, problem.home).size(), after = check(problem, answer->assignment).size();
    EXPECT_TRUE(problem.breach_price != 0 || before + after == 0);
    broken += before > 0;
    mended += after < before;
  }
  EXPECT_GT(broken, 20);
  EXPECT_GE(mended, broken * 9 / 10);
}

TEST(Wants, GiveTheSameAnswerWithEveryInstructionSetAndOnAnyNumberOfThreads) {
  for (std::uint64_t seed : {5U, 8U, 11U, 26U}) {
    const Problem problem = wanting(seed);
    const SolveOptions plain{.seed = seed, .workers = 3, .tries = 300'000, .set = InstructionSet::kScalar};
    const auto one = solve(problem, plain);
    ASSERT_TRUE(one);
    for (InstructionSet set : {InstructionSet::kScalar, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (!has(set)) continue;
      SolveOptions options = plain;
      options.set = set;
      options.threads = 3;
      const auto other = solve(problem, options);
      ASSERT_TRUE(other);
      EXPECT_EQ(other->assignment, one->assignment) << name(set) << ", seed " << seed;
      EXPECT_EQ(other->tally.tries, one->tally.tries);
      EXPECT_EQ(other->tally.moves, one->tally.moves);
    }
  }
}

}  // namespace
}  // namespace headroom::placement
