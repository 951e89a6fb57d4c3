// Hosts that cost money: what emptying them, as one move, does to a state, and what the whole search makes of fleets.
#include <gtest/gtest.h>

#include "../src/kernel.h"
#include "headroom/placement/check.h"
#include "headroom/placement_testing/best_fit.h"
#include "headroom/placement_testing/made_fleet.h"

namespace headroom::placement {
namespace {

using placement_testing::best_fit;
using placement_testing::FleetMaking;

constexpr InstructionSet kSets[] = {InstructionSet::kScalar, InstructionSet::kAvx2, InstructionSet::kAvx512};

FleetMaking sixty(std::uint64_t seed) {
  FleetMaking making;
  making.seed = seed;
  making.hosts = 60;
  making.items = 600;
  return making;
}

// The state after every host was to be emptied in turn, if that costs at most `most`.
Assignment emptied(const Problem& problem, InstructionSet set, std::int64_t most, int& kept, int& taken_back) {
  const Layout layout(problem);
  State state(layout);
  Best best(state);
  Tally tally;
  for (std::int32_t host = 0; host < static_cast<std::int32_t>(problem.hosts); ++host) {
    const Assignment before = state.assignment();
    const std::int64_t cost = state.cost();
    const bool had = !state.items_on(host).empty();
    const Drain how{.host = host,
                    .into = host % 3 == 0 ? 1 : -1,
                    .places = static_cast<std::int32_t>(problem.hosts),
                    .most = most};
    if (kernel(set, layout).drain(state, how, best, tally)) {
      EXPECT_TRUE(had && state.items_on(host).empty());
      EXPECT_LE(state.cost(), cost + most);
      ++kept;
    } else {
      EXPECT_EQ(state.assignment(), before);
      EXPECT_EQ(state.cost(), cost);
      ++taken_back;
    }
    EXPECT_EQ(state.cost(), cost_of(problem, state.assignment()).total());
    EXPECT_TRUE(check(problem, state.assignment()).empty());
  }
  EXPECT_EQ(cost_of(problem, best.assignment(state)).total(), best.cost());
  return state.assignment();
}

TEST(Drain, EmptiesAHostWhollyOrNotAtAllAndTheSameWithEveryInstructionSet) {
  const Problem problem = make_fleet(sixty(1));
  int kept = 0, taken_back = 0;
  const Assignment plain = emptied(problem, InstructionSet::kScalar, -1, kept, taken_back);
  EXPECT_GT(kept, 10);
  EXPECT_GT(taken_back, 10);
  for (InstructionSet set : kSets)
    if (has(set)) {
      EXPECT_EQ(emptied(problem, set, -1, kept, taken_back), plain) << name(set);
    }
}

TEST(Drain, TakesALossUpToWhatItMay) {
  Problem problem = make_fleet(sixty(2));
  problem.away_price.assign(problem.items, 5'000'000'000);  // dearer than any host
  int kept = 0, taken_back = 0;
  emptied(problem, InstructionSet::kScalar, -1, kept, taken_back);
  EXPECT_EQ(kept, 0);
  emptied(problem, InstructionSet::kScalar, 1'000'000'000'000, kept, taken_back);
  EXPECT_GT(kept, 5);
}

TEST(Consolidation, LeavesOpenOnlyWhatIsNeededAndBeatsBestFitDecreasingEveryTime) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Problem problem = make_fleet(sixty(seed));
    ASSERT_TRUE(validate(problem)) << validate(problem).error().message;
    const auto answer = solve(problem, {.seed = seed, .tries = 5'000'000});
    ASSERT_TRUE(answer) << answer.error().message;
    int rounds = 0;
    const auto plain = best_fit(problem, seed, [&] { return ++rounds > 50'000; });  // some twenty times over
    EXPECT_TRUE(check(problem, plain.assignment).empty());
    EXPECT_EQ(plain.cost, cost_of(problem, plain.assignment).total());
    EXPECT_LT(plain.cost, answer->start_cost / 2);
    EXPECT_LE(answer->cost, plain.cost) << "seed " << seed;
    EXPECT_LE(answer->cost, answer->start_cost / 3) << "seed " << seed;
    // One on-demand host, of which the bound counts a part, is a sixth of the bill of so small a fleet.
    EXPECT_LT(answer->gap(), 0.2) << "seed " << seed;
  }
}

TEST(Consolidation, MovesNothingWhereMovingIsDearerThanWhatItSaves) {
  FleetMaking making = sixty(3);
  making.hosts = 20;
  making.items = 200;
  making.away_price = 5'000'000'000;
  const Problem problem = make_fleet(making);
  const auto answer = solve(problem, {.tries = 2'000'000});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->assignment, problem.home);
}

}  // namespace
}  // namespace headroom::placement
