// Packing hosts that cost money: which are shut, what annealing among the others does and leaves alone, and what all of it comes to.
#include "../src/packing.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "headroom/placement/check.h"
#include "headroom/placement_testing/bitbrains_fleet.h"
#include "headroom/placement_testing/made_fleet.h"
#include "headroom/placement_testing/wants.h"

namespace headroom::placement {
namespace {

using placement_testing::make_bitbrains_fleet;
using placement_testing::make_fleet;

constexpr InstructionSet kSets[] = {InstructionSet::kScalar, InstructionSet::kAvx2, InstructionSet::kAvx512};

// Items of these needs in one lane, each alone on a host of 100 that costs 1000; so many hosts.
Problem one_each(std::size_t hosts, std::vector<std::int64_t> needs) {
  Problem p;
  p.hosts = hosts;
  p.items = needs.size();
  p.lanes.resize(1);
  p.capacity.assign(hosts, 100);
  p.safe = p.capacity;
  p.location.assign(hosts, 0);
  p.neighbourhood = p.location;
  p.open_price.assign(hosts, 1000);
  p.need = std::move(needs);
  p.group.assign(p.items, kNoGroup);
  for (std::size_t i = 0; i < p.items; ++i) p.home.push_back(static_cast<std::int32_t>(i));
  p.away_price.assign(p.items, 0);
  return p;
}

TEST(Packing, EndsWithinTwoPercentOfTheBoundOnFleetsWithManyKindsOfNeed) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Problem problem = make_bitbrains_fleet({.seed = seed, .hosts = 200, .vms = 2000});
    const auto answer = solve(problem, {.seed = seed, .tries = 5'000'000});
    ASSERT_TRUE(answer);
    EXPECT_LT(answer->gap(), 0.02) << "seed " << seed;
  }
}

TEST(Packing, FindsTheCheapestHostsWhereMemoryIsHardAndHardlyAnyRoomIsLeft) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    for (double fill : {0.45, 0.75}) {
      const Problem problem = make_fleet({.seed = seed, .hosts = 60, .items = 600, .fill = fill});
      const auto answer = solve(problem, {.seed = seed, .tries = 5'000'000});
      ASSERT_TRUE(answer);
      EXPECT_LT(answer->gap(), 0.002) << "seed " << seed << ", " << fill << " full: the bound counts whole hosts";
    }
}

TEST(Packing, OpensHostsAgainForWhatTheBoundCuts) {
  // Sixties fit with a forty each, no two of them; needs alone would fit sixteen hosts.
  std::vector<std::int64_t> needs(20, 60);
  needs.resize(30, 40);
  const auto answer = solve(one_each(40, needs), {.tries = 1'000'000});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->cost, 20 * 1000);
}

TEST(Packing, ShutsNoHostWhereLeavingItIsDearerThanTheHost) {
  Problem problem = one_each(20, std::vector<std::int64_t>(10, 10));
  problem.away_price.assign(10, 2000);
  const auto dear = solve(problem, {.tries = 200'000});
  ASSERT_TRUE(dear);
  EXPECT_EQ(dear->assignment, problem.home);
  problem.away_price.assign(10, 1);
  const auto cheap = solve(problem, {.tries = 200'000});
  ASSERT_TRUE(cheap);
  EXPECT_EQ(cheap->cost, 1000 + 9);
}

TEST(Packing, IsTheSameInBlocksOnAnyNumberOfThreadsAndWithEveryInstructionSet) {
  const Problem problem = make_bitbrains_fleet({.seed = 4, .hosts = 1400, .vms = 14'000});
  SolveOptions options{.seed = 4, .workers = 2, .threads = 1, .tries = 6'000'000};
  const auto one = solve(problem, options);
  ASSERT_TRUE(one);
  options.threads = 2;
  for (InstructionSet set : kSets) {
    if (!has(set)) continue;
    options.set = set;
    const auto other = solve(problem, options);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->assignment, one->assignment) << name(set);
    EXPECT_EQ(other->tally.tries, one->tally.tries) << name(set);
  }
}

TEST(Packing, KeepsWhatItemsWantOfHostsAndOfEachOther) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Problem problem = make_fleet({.seed = seed, .hosts = 40, .items = 400, .away_price = 1'000'000});
    placement_testing::add_wants(problem, {.seed = seed, .broken = seed % 2 == 0});
    const auto answer = solve(problem, {.seed = seed, .tries = 1'000'000});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_THAT(new_breaches(problem, answer->assignment), ::testing::IsEmpty()) << "seed " << seed;
    EXPECT_LT(answer->cost, answer->start_cost) << "seed " << seed;
  }
}

TEST(Packing, LeavesTheSearchAtItsBestAndNothingOverfull) {
  const Problem problem = make_fleet({.seed = 5, .hosts = 50, .items = 500});
  const Layout layout(problem);
  for (std::uint64_t tries : {1'000U, 30'000U, 300'000U, 3'000'000U}) {
    const std::function<double()> none;
    Search search(layout, kernel(widest(), layout), tries, none);
    Packing(search).run(1, Stream(1, 2, 3));
    EXPECT_FALSE(search.soft());
    EXPECT_EQ(search.present_cost(), search.cost()) << tries;
    EXPECT_EQ(search.cost(), cost_of(problem, search.present()).total()) << tries;
    EXPECT_THAT(check(problem, search.present()), ::testing::IsEmpty()) << tries;
  }
}

// After a stretch among the even hosts, the others being shut.
struct Played {
  Assignment assignment;
  std::uint64_t moves = 0;
};
Played played(const Problem& problem, InstructionSet set, bool soft) {
  const Layout layout(problem);
  State state(layout);
  if (soft) state.soften(1e8);
  Best best(state);
  Tally tally;
  std::vector<std::uint8_t> shut(problem.hosts, 0);
  std::vector<std::int32_t> open;
  for (std::size_t h = 0; h < problem.hosts; ++h) {
    shut[h] = h % 2 == 1;
    if (shut[h] == 0) open.push_back(static_cast<std::int32_t>(h));
  }
  Stretch stretch;
  stretch.random = Stream(7, 7, 7);
  stretch.temperature = 1e8;
  stretch.rounds = 20'000;
  stretch.strictness = soft ? 0.1 : 0;
  stretch.field = {open, shut.data()};
  stretch.best = &best;
  kernel(set, layout).anneal(state, stretch, tally);
  EXPECT_EQ(state.cost(), state.recomputed_cost());
  for (std::size_t i = 0; i < problem.items; ++i) {
    const auto host = static_cast<std::size_t>(state.assignment()[i]);
    EXPECT_TRUE(shut[host] == 0 || state.assignment()[i] == problem.home[i]) << "item " << i << " went to a host that is shut";
  }
  return {state.assignment(), tally.moves};
}

TEST(Field, IsWhereAStretchTakesPlaceAndNobodyGoesToAHostThatIsShut) {
  const Problem problem = make_fleet({.seed = 6, .hosts = 40, .items = 400});
  for (bool soft : {false, true}) {
    const Played plain = played(problem, InstructionSet::kScalar, soft);
    EXPECT_GT(plain.moves, 200U);
    for (InstructionSet set : kSets)
      if (has(set)) {
        EXPECT_EQ(played(problem, set, soft).assignment, plain.assignment) << name(set);
      }
  }
}

TEST(Field, HasACheapestHostForAnItemThatIsTheSameWithEveryInstructionSet) {
  const Problem problem = make_fleet({.seed = 7, .hosts = 40, .items = 400, .fill = 0.75});
  const Layout layout(problem);
  const std::vector<std::int32_t> hosts{3, 5, 8, 11, 30};
  const std::vector<std::uint8_t> shut(problem.hosts, 0);
  int found = 0;
  for (bool soft : {false, true}) {
    State state(layout);
    if (soft) state.soften(1e8);
    Stretch stretch;
    stretch.strictness = soft ? 0.1 : 0;
    stretch.field = {hosts, shut.data()};
    for (std::int32_t item = 0; item < 400; ++item) {
      Tally tally;
      const Pick pick = kernel(InstructionSet::kScalar, layout).best_in_field(state, item, stretch, tally);
      for (InstructionSet set : kSets) {
        if (!has(set)) continue;
        const Pick other = kernel(set, layout).best_in_field(state, item, stretch, tally);
        EXPECT_EQ(other.host, pick.host);
        EXPECT_EQ(other.change, pick.change);
      }
      if (pick.host < 0) continue;
      ++found;
      EXPECT_THAT(hosts, ::testing::Contains(pick.host));
      Assignment moved = state.assignment();
      moved[static_cast<std::size_t>(item)] = pick.host;
      EXPECT_EQ(cost_of(problem, moved).total() - state.cost(), pick.change);
    }
  }
  EXPECT_GT(found, 400);
}

TEST(Blocks, HaveEveryOpenHostOnceInARoundAndOthersTogetherInTheNext) {
  Confined confined;
  for (std::int32_t h = 0; h < 3000; h += 2) confined.open.push_back(h);
  Blocks blocks(confined);
  Stream chance(1, 1, 1);
  std::vector<std::set<std::int32_t>> rounds[2];
  for (auto& round : rounds) {
    std::set<std::int32_t> all;
    while (all.size() < confined.open.size()) {
      const auto block = blocks.next(chance);
      round.emplace_back(block.begin(), block.end());
      ASSERT_EQ(round.back().size(), block.size());
      for (std::int32_t host : block) ASSERT_TRUE(all.insert(host).second) << "host " << host << " twice in a round";
    }
  }
  EXPECT_GT(rounds[0].size(), 1U);
  EXPECT_NE(rounds[0], rounds[1]);
}

}  // namespace
}  // namespace headroom::placement
