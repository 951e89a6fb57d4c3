// Hosts that may be overfull: what a search believes is over their limits, and what that would change, against a recomputation.
#include "../src/excess.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "../src/kernel.h"
#include "../src/search.h"
#include "headroom/placement/check.h"
#include "headroom/placement_testing/made_problem.h"

namespace headroom::placement {
namespace {

using placement_testing::make_problem;
using placement_testing::small;

constexpr InstructionSet kSets[] = {InstructionSet::kScalar, InstructionSet::kAvx2, InstructionSet::kAvx512};

// From the problem alone, at the prices a state has now.
std::int64_t recomputed(const Problem& p, const State& state) {
  const std::size_t lanes = p.lanes.size();
  std::vector<std::int64_t> use(p.hosts * lanes, 0);
  for (std::size_t i = 0; i < p.items; ++i) {
    const auto host = static_cast<std::size_t>(state.host_of(static_cast<std::int32_t>(i))), home = static_cast<std::size_t>(p.home[i]);
    for (std::size_t l = 0; l < lanes; ++l) {
      use[host * lanes + l] += p.need[i * lanes + l];
      if (p.lanes[l].transient && host != home) use[home * lanes + l] += p.need[i * lanes + l];
    }
  }
  std::int64_t sum = 0;
  for (std::size_t at = 0; at < use.size(); ++at)
    sum += state.excess().price(static_cast<std::int32_t>(at / lanes))[at % lanes] * std::max<std::int64_t>(0, use[at] - p.capacity[at]);
  return sum;
}

TEST(Excess, AgreesWithARecomputationAfterThousandsOfRandomMovesInEveryInstructionSet) {
  for (InstructionSet set : kSets)
    for (std::size_t lanes : {3U, 12U, 20U}) {
      if (!has(set)) continue;
      SCOPED_TRACE(::testing::Message() << name(set) << ", " << lanes << " lanes");
      auto making = small(lanes);
      making.lanes = lanes;
      const Problem problem = make_problem(making);
      const Layout layout(problem);
      const Kernel& loops = kernel(set, layout);
      State state(layout);
      state.soften(1000);
      Stream chance(lanes, 1, 0);
      const auto draw = [&](std::size_t n) { return Stream::below(static_cast<std::uint32_t>(chance.next()), static_cast<std::uint32_t>(n)); };
      int made = 0;
      std::int64_t most = 0;
      for (int step = 0; step < 3000; ++step) {
        const std::int32_t item = draw(problem.items), other = draw(problem.items);
        const std::int32_t from = state.host_of(item), to = step % 2 == 0 ? draw(problem.hosts) : state.host_of(other);
        if (from == to) continue;
        std::int64_t change = 0;
        const std::int64_t before = state.excess().total();
        const bool may = step % 2 == 0 ? loops.shift_excess(state, item, to, change) : loops.swap_excess(state, item, other, change);
        if (!may) continue;
        state.move(item, to, 0);
        if (step % 2 == 1) state.move(other, from, 0);
        ASSERT_EQ(state.excess().total(), before + change) << "step " << step;
        most = std::max(most, state.excess().total());
        if (step % 100 == 0) state.harden(1.5, 0.9);
        if (step % 50 == 0) {
          ASSERT_EQ(state.excess().total(), recomputed(problem, state)) << "step " << step;
        }
        ++made;
      }
      EXPECT_GT(made, 500);
      EXPECT_GT(most, 0);
      state.become(problem.home);
      EXPECT_EQ(state.excess().total(), 0);
    }
}

TEST(Excess, RaisesThePricesOfOverfullLanesOnlyAndLetsTheOthersFallToWhereTheyStarted) {
  Problem p;
  p.hosts = 2;
  p.items = 2;
  p.lanes = {{.weight = 10}, {.weight = 10}};
  p.capacity = {10, 10, 10, 10};
  p.safe = p.capacity;
  p.location = p.neighbourhood = {0, 0};
  p.need = {6, 1, 6, 1};
  p.group.assign(2, kNoGroup);
  p.home = {0, 1};
  p.away_price.assign(2, 0);
  const Layout layout(p);
  State state(layout);
  state.soften(70);
  const std::int32_t first = state.excess().price(0)[0], other = state.excess().price(0)[1];
  EXPECT_EQ(state.excess().total(), 0);
  state.move(1, 0, 0);
  EXPECT_EQ(state.excess().total(), 2 * first);
  state.harden(2, 0.5);
  EXPECT_GE(state.excess().price(0)[0], 2 * first);
  EXPECT_EQ(state.excess().price(0)[1], other);
  EXPECT_EQ(state.excess().price(1)[0], first);
  EXPECT_EQ(state.excess().total(), 2 * std::int64_t{state.excess().price(0)[0]});
  state.move(1, 1, 0);
  state.harden(2, 0.1);
  EXPECT_EQ(state.excess().price(0)[0], first);
}

TEST(Excess, NeverMakesAnOverfullAssignmentTheBest) {
  const Problem problem = make_problem(small(5));
  const Layout layout(problem);
  const std::function<double()> by_tries;
  Search search(layout, kernel(InstructionSet::kScalar, layout), 3'000'000, by_tries);
  search.soften(1000);
  search.anneal({.from = 1e6, .to = 1e3, .until = 0.8, .strict_from = 1e-4, .strict_to = 1e-4}, Stream(5, 1, 0));
  EXPECT_TRUE(search.soft());
  EXPECT_TRUE(check(problem, search.best()).empty());
  EXPECT_FALSE(check(problem, search.present()).empty()) << "at such a price something should be overfull";
  search.firm(problem.home);
  EXPECT_EQ(search.present(), problem.home);
  EXPECT_FALSE(search.soft());
}

TEST(Excess, IsTakenOffAgainWhenLimitsBecomeWalls) {
  int mended = 0, given_up = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    auto making = small(seed);
    making.fill = 0.6;
    const Problem problem = make_problem(making);
    const Layout layout(problem);
    const std::function<double()> by_tries;
    Search search(layout, kernel(InstructionSet::kScalar, layout), 1'000'000, by_tries);
    search.soften(1000);
    search.anneal({.from = 1e6, .to = 1e3, .until = 0.8, .strict_from = 1e-3, .strict_to = 1}, Stream(seed, 1, 0));
    const bool overfull = !check(problem, search.present()).empty();
    search.firm(problem.home);
    EXPECT_TRUE(check(problem, search.present()).empty());
    EXPECT_EQ(cost_of(problem, search.present()).total(), search.present_cost());
    EXPECT_TRUE(check(problem, search.best()).empty());
    EXPECT_EQ(cost_of(problem, search.best()).total(), search.cost());
    EXPECT_LE(search.cost(), search.present_cost());
    if (overfull) (search.present() == problem.home ? given_up : mended) += 1;
  }
  std::printf("%d mended, %d given up\n", mended, given_up);
  EXPECT_GT(mended, 0);
}

}  // namespace
}  // namespace headroom::placement
