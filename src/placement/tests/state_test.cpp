// What the search believes, move by move, against a recomputation from scratch: costs, room, and what constraints allow.
#include "../src/state.h"

#include <gtest/gtest.h>

#include "../src/best.h"
#include "../src/kernel.h"
#include "headroom/placement/check.h"
#include "headroom/placement_testing/made_problem.h"
#include "headroom/placement_testing/wants.h"

namespace headroom::placement {
namespace {

using placement_testing::make_problem;
using placement_testing::Making;
using placement_testing::small;

constexpr InstructionSet kSets[] = {InstructionSet::kScalar, InstructionSet::kAvx2, InstructionSet::kAvx512};

Making wide(std::uint64_t seed, std::size_t lanes) {
  Making making = small(seed);
  making.lanes = lanes;
  making.fill = 0.5;  // with many lanes little fits anywhere
  return making;
}

// The same with prices of hosts for every other seed.
Making varied(std::uint64_t seed, std::size_t lanes) {
  Making making = wide(seed, lanes);
  making.priced = seed % 2 == 0;
  return making;
}

class Walk {
 public:
  Walk(const Problem& problem, std::uint64_t seed) : problem_(problem), layout_(problem), state_(layout_), chance_(seed, 77, 0) {}

  // Draws shifts and swaps; each must be judged, and priced, as check() and cost_of() do. Makes those that may be made.
  void go(const Kernel& kernel, int steps) {
    for (int step = 0; step < steps && !::testing::Test::HasFatalFailure(); ++step)
      if (step % 2 == 0) shift(kernel);
      else swap(kernel);
    ASSERT_EQ(state_.cost(), state_.recomputed_cost());
    ASSERT_GT(made_, steps / 50) << "the walk hardly moved";
    ASSERT_GT(refused_, steps / 50) << "hardly anything was refused";
  }

 private:
  std::int32_t draw(std::size_t n) { return Stream::below(static_cast<std::uint32_t>(chance_.next()), static_cast<std::uint32_t>(n)); }
  void shift(const Kernel& kernel) {
    const std::int32_t item = draw(problem_.items), to = draw(problem_.hosts), from = state_.host_of(item);
    if (from == to) return;
    Assignment after = state_.assignment();
    after[static_cast<std::size_t>(item)] = to;
    std::int64_t change = 0;
    const bool may = kernel.shift_change(state_, item, to, change) && state_.allows(item, from, to);
    ASSERT_NO_FATAL_FAILURE(judge(after, may, change)) << "item " << item << " from " << from << " to " << to;
    if (may) state_.move(item, to, change);
  }
  void swap(const Kernel& kernel) {
    const std::int32_t item = draw(problem_.items), other = draw(problem_.items);
    const std::int32_t from = state_.host_of(item), to = state_.host_of(other);
    if (from == to) return;
    Assignment after = state_.assignment();
    std::swap(after[static_cast<std::size_t>(item)], after[static_cast<std::size_t>(other)]);
    std::int64_t change = 0;
    const bool may = kernel.swap_change(state_, item, other, change) && state_.allows_swap(item, from, other, to);
    ASSERT_NO_FATAL_FAILURE(judge(after, may, change)) << "item " << item << " of " << from << " and " << other << " of " << to;
    if (!may) return;
    state_.move(item, to, change);
    state_.move(other, from, 0);
  }
  void judge(const Assignment& after, bool may, std::int64_t change) {
    const auto breaches = new_breaches(problem_, after);
    ASSERT_EQ(may, breaches.empty()) << (breaches.empty() ? "nothing speaks against it" : breaches.front());
    if (may) {
      ASSERT_EQ(state_.cost() + change, cost_of(problem_, after).total());
    }
    ++(may ? made_ : refused_);
  }

  const Problem& problem_;
  Layout layout_;
  State state_;
  Stream chance_;
  int made_ = 0, refused_ = 0;
};

TEST(State, AgreesWithARecomputationAfterThousandsOfRandomMovesInEveryInstructionSetAndWidth) {
  for (std::size_t lanes : {3U, 5U, 12U, 20U})
    for (InstructionSet set : kSets)
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        if (!has(set)) continue;
        SCOPED_TRACE(::testing::Message() << lanes << " lanes, " << name(set) << ", seed " << seed);
        const Problem problem = make_problem(varied(seed, lanes));
        Walk walk(problem, seed);
        ASSERT_NO_FATAL_FAILURE(walk.go(kernel(set, Layout(problem)), 2000));
      }
}

Problem wanting(std::uint64_t seed, bool broken) {
  Problem problem = make_problem(wide(seed, 5));
  placement_testing::add_wants(problem, {.seed = seed, .broken = broken});
  return problem;
}

TEST(State, AgreesWithARecomputationWhereItemsWantHostsAndEachOther) {
  for (bool broken : {false, true})
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      SCOPED_TRACE(::testing::Message() << (broken ? "broken at the start" : "sound") << ", seed " << seed);
      Problem problem = wanting(seed, broken);
      if (seed % 2 == 0) {
        problem.open_price.assign(problem.hosts, 50'000);
        for (std::size_t at = 0; at < problem.capacity.size(); ++at) problem.use_price.push_back(static_cast<std::int64_t>(at % 5));
      }
      ASSERT_TRUE(validate(problem)) << validate(problem).error().message;
      ASSERT_EQ(check(problem, problem.home).empty(), !broken);
      ASSERT_TRUE(new_breaches(problem, problem.home).empty());
      Walk walk(problem, seed);
      ASSERT_NO_FATAL_FAILURE(walk.go(kernel(widest(), Layout(problem)), 2000));
    }
}

TEST(State, GuidesAsAStateThatWasNeverAnywhereElse) {
  Making making = small(6);
  making.priced = true;
  const Problem problem = make_problem(making);
  const auto answer = solve(problem, {.tries = 100'000});
  ASSERT_TRUE(answer);
  const Layout layout(problem);
  State walked(layout), fresh(layout);
  walked.become(answer->assignment);
  walked.become(problem.home);
  int differ = 0;
  for (std::int32_t item = 0; item < static_cast<std::int32_t>(problem.items); ++item)
    for (std::int32_t to = 0; to < static_cast<std::int32_t>(problem.hosts); ++to) {
      const std::int32_t from = problem.home[static_cast<std::size_t>(item)];
      if (from == to) continue;
      ASSERT_EQ(walked.guided(item, from, to), fresh.guided(item, from, to));
      differ += fresh.guided(item, from, to) != 0;
    }
  EXPECT_GT(differ, 100);
}

TEST(State, StartsWithTheCostOfTheStart) {
  for (bool broken : {false, true}) {
    const Problem wants = wanting(2, broken);
    const Layout layout(wants);
    EXPECT_EQ(State(layout).cost(), cost_of(wants, wants.home).total());
  }
  const Problem problem = make_problem(small(3));
  const Layout layout(problem);
  EXPECT_EQ(State(layout).cost(), cost_of(problem, problem.home).total());
}

TEST(State, BecomesAnyAssignmentAndItsCost) {
  const Problem problem = make_problem(small(4));
  const auto answer = solve(problem, {.tries = 200'000});
  ASSERT_TRUE(answer);
  const Layout layout(problem);
  State state(layout);
  state.become(answer->assignment);
  EXPECT_EQ(state.assignment(), answer->assignment);
  EXPECT_EQ(state.cost(), answer->cost);
  state.become(problem.home);
  EXPECT_EQ(state.cost(), answer->start_cost);
}

TEST(Best, IsTheCheapestPassedHoweverLongAgo) {
  const Problem problem = make_problem(small(5));
  const Layout layout(problem);
  const Kernel& loops = kernel(InstructionSet::kScalar, layout);
  State state(layout);
  Best best(state);
  Assignment cheapest = state.assignment();
  std::int64_t least = state.cost();
  Stream chance(5, 1, 0);
  Tally tally;
  for (int step = 0; step < 3000; ++step) {  // many times as many moves as there are items
    const auto item = Stream::below(static_cast<std::uint32_t>(chance.next()), static_cast<std::uint32_t>(problem.items));
    const Pick pick = loops.best_host(state, item, nullptr, 0, static_cast<std::int32_t>(problem.hosts), tally);
    if (pick.host < 0) continue;
    best.moved(item, state.host_of(item));
    state.move(item, pick.host, pick.change);
    best.look(state);
    if (state.cost() >= least) continue;
    least = state.cost();
    cheapest = state.assignment();
  }
  EXPECT_EQ(best.cost(), least);
  EXPECT_EQ(best.assignment(state), cheapest);
  EXPECT_EQ(cost_of(problem, best.assignment(state)).total(), least);
}

}  // namespace
}  // namespace headroom::placement
