#include "headroom/placement/solve.h"

#include <gmock/gmock.h>

#include <atomic>

#include "headroom/placement/bound.h"
#include "headroom/placement/check.h"
#include "headroom/placement_testing/challenge_like.h"
#include "headroom/placement_testing/made_problem.h"

namespace headroom::placement {
namespace {

using placement_testing::make_problem;
using placement_testing::Making;
using placement_testing::small;

// Of many shapes, by the seed: tight and loose, with and without transient lanes, groups, balances.
Making some(std::uint64_t seed) {
  Making making = small(seed);
  making.lanes = 1 + seed % 9;
  making.transient_lanes = seed % 3 == 0 ? 0 : making.lanes / 2;
  making.hosts = 2 + seed * 7 % 40;
  making.items = 10 + seed * 31 % 300;
  making.groups = std::max<std::size_t>(1, making.items / (1 + seed % 5));
  if (making.hosts < 8) making.groups = making.items;  // few hosts hold no large groups
  making.balances = seed % 3;
  making.fill = 0.5 + 0.05 * static_cast<double>(seed % 9);
  making.priced = seed % 4 == 1;
  return making;
}

TEST(Solve, NeverBreaksAConstraintNorCostsMoreThanTheStartNorLessThanTheBound) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const Problem problem = make_problem(some(seed));
    ASSERT_TRUE(validate(problem)) << validate(problem).error().message;
    ASSERT_THAT(check(problem, problem.home), ::testing::IsEmpty());
    const auto answer = solve(problem, {.seed = seed, .tries = 300'000});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_THAT(check(problem, answer->assignment), ::testing::IsEmpty());
    EXPECT_EQ(answer->cost, cost_of(problem, answer->assignment).total());
    EXPECT_LE(answer->cost, answer->start_cost);
    EXPECT_EQ(answer->start_cost, cost_of(problem, problem.home).total());
    EXPECT_GE(answer->cost, answer->bound);
  }
}

TEST(Solve, GivesTheSameAnswerOnAnyNumberOfThreads) {
  Making making = small(7);
  making.priced = true;
  const Problem problem = make_problem(making);
  const auto one = solve(problem, {.seed = 7, .workers = 4, .threads = 1, .tries = 2'000'000});
  ASSERT_TRUE(one);
  for (std::size_t threads : {2U, 3U, 4U, 9U}) {
    const auto more = solve(problem, {.seed = 7, .workers = 4, .threads = threads, .tries = 2'000'000});
    ASSERT_TRUE(more);
    EXPECT_EQ(more->assignment, one->assignment) << threads << " threads";
    EXPECT_EQ(more->tally.tries, one->tally.tries);
    EXPECT_EQ(more->tally.moves, one->tally.moves);
  }
}

TEST(Solve, GivesTheSameAnswerWithEveryInstructionSet) {
  for (std::size_t lanes : {4U, 12U, 25U}) {
    Making making = small(8);
    making.lanes = lanes;
    making.priced = lanes != 12;
    const Problem problem = make_problem(making);
    const auto plain = solve(problem, {.seed = 8, .tries = 2'000'000, .set = InstructionSet::kScalar});
    ASSERT_TRUE(plain);
    for (InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (!has(set)) continue;
      const auto fast = solve(problem, {.seed = 8, .tries = 2'000'000, .set = set});
      ASSERT_TRUE(fast);
      EXPECT_EQ(fast->assignment, plain->assignment) << name(set) << ", " << lanes << " lanes";
      EXPECT_EQ(fast->tally.changes, plain->tally.changes);
    }
  }
}

TEST(Solve, CountsRightUpToTheLargestNumbers) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Making making = small(seed);
    making.balances = 0;
    making.fill = 0.6;
    Problem problem = make_problem(making);
    const std::size_t lanes = problem.lanes.size();
    std::vector<std::int64_t> most(lanes, 1);
    for (std::size_t at = 0; at < problem.capacity.size(); ++at) most[at % lanes] = std::max(most[at % lanes], problem.capacity[at]);
    const auto stretch = [&](std::vector<std::int64_t>& table) {
      for (std::size_t at = 0; at < table.size(); ++at) table[at] = table[at] * ((1 << 30) - 1) / most[at % lanes];
    };
    stretch(problem.need);
    stretch(problem.capacity);
    stretch(problem.safe);
    ASSERT_TRUE(validate(problem)) << validate(problem).error().message;
    std::optional<Answer> first;
    for (InstructionSet set : {InstructionSet::kScalar, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (!has(set)) continue;
      const auto answer = solve(problem, {.seed = seed, .tries = 2'000'000, .set = set});
      ASSERT_TRUE(answer);
      EXPECT_THAT(check(problem, answer->assignment), ::testing::IsEmpty());
      EXPECT_LT(answer->cost, answer->start_cost);
      if (!first) first = *answer;
      EXPECT_EQ(answer->assignment, first->assignment) << name(set);
    }
  }
}

TEST(Solve, FindsAnotherAnswerFromAnotherSeed) {
  const Problem problem = make_problem(small(9));
  const auto one = solve(problem, {.seed = 1, .tries = 100'000}), other = solve(problem, {.seed = 2, .tries = 100'000});
  ASSERT_TRUE(one && other);
  EXPECT_NE(one->assignment, other->assignment);
}

TEST(Solve, ReachesTheKnownOptimumOfASmallPuzzle) {
  // Two hosts of 100; halves only fit one way: {60, 40} and {50, 30, 20} are full to the brim, so the order of leaving matters.
  Problem p;
  p.hosts = 3;
  p.items = 5;
  p.lanes = {{.weight = 1}};
  p.capacity = {100, 100, 60};
  p.safe = {100, 100, 0};
  p.location = p.neighbourhood = {0, 0, 0};
  p.need = {60, 40, 50, 30, 20};
  p.group.assign(5, kNoGroup);
  p.home = {0, 1, 1, 0, 2};  // 60 + 30, 40 + 50, 20 on the host where use costs
  p.away_price.assign(5, 0);
  const auto answer = solve(p, {.tries = 200'000});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->start_cost, 20);
  EXPECT_EQ(answer->cost, 0);
  EXPECT_EQ(answer->bound, 0);
}

// With hundreds of hosts some are a little overfull whenever limits stop being soft.
TEST(Solve, GetsNearTheBoundWhereManyHostsAreFull) {
  for (const std::size_t transient_lanes : {0U, 2U}) {
    const Problem problem = placement_testing::make_challenge_like({.seed = 1, .hosts = 300, .groups = 1500, .items = 4000, .lanes = 6,
                                                                    .transient_lanes = transient_lanes, .short_lanes = 3});
    ASSERT_TRUE(validate(problem)) << validate(problem).error().message;
    ASSERT_THAT(check(problem, problem.home), ::testing::IsEmpty());
    const auto answer = solve(problem, {.seed = 1, .tries = 30'000'000});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_THAT(check(problem, answer->assignment), ::testing::IsEmpty());
    const double above = static_cast<double>(answer->cost - answer->bound) / static_cast<double>(answer->start_cost);
    std::printf("%zu transient lanes: ends %.2f %% of the start's cost above the bound\n", transient_lanes, 100 * above);
    EXPECT_LT(above, transient_lanes == 0 ? 0.01 : 0.15);
  }
}

TEST(Solve, EndsAtOnceWhenTheTimeIsOverAndStillAnswers) {
  const Problem problem = make_problem(small(10));
  const auto answer = solve(problem, {.spent = [] { return 1.0; }});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->assignment, problem.home);
  EXPECT_EQ(answer->cost, answer->start_cost);
}

TEST(Solve, TakesTheCallersWordForHowMuchTimeIsOver) {
  const Problem problem = make_problem(small(11));
  std::atomic<int> asked{0};
  double told = -1;
  const auto answer = solve(problem, {.workers = 2, .threads = 2, .spent = [&] { return ++asked / 4000.0; },
                                      .progress = [&](const Progress& p) { told = std::max(told, p.share); }});
  ASSERT_TRUE(answer);
  EXPECT_LT(answer->cost, answer->start_cost);
  EXPECT_GE(asked, 4000);
  EXPECT_EQ(told, 1);
}

TEST(Solve, RefusesAStartThatBreaksAConstraint) {
  Problem problem = make_problem(small(12));
  problem.capacity.assign(problem.capacity.size(), 1);
  const auto answer = solve(problem, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(answer.error().message, ::testing::StartsWith("the start breaks a constraint: host 0 holds "));
}

TEST(Solve, HasNothingToDoWithoutItemsOrWithOneHost) {
  Problem p;
  p.hosts = 1;
  p.lanes = {{.weight = 1}};
  p.capacity = {10};
  p.safe = {5};
  p.location = p.neighbourhood = {0};
  const auto empty = solve(p, {.tries = 1000});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->cost, 0);
  EXPECT_EQ(empty->gap(), 0);
  p.items = 1;
  p.need = {7};
  p.group = {kNoGroup};
  p.home = {0};
  p.away_price = {1};
  const auto one = solve(p, {.tries = 1000});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->cost, 2);
  EXPECT_EQ(one->bound, 2);
}

}  // namespace
}  // namespace headroom::placement
