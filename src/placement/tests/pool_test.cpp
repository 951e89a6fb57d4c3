// A pool that is asked over and over, against a recomputation from scratch and against the obvious way to answer.
#include "headroom/placement/pool.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "../src/random.h"
#include "headroom/placement/check.h"
#include "headroom/placement_testing/bitbrains_fleet.h"
#include "headroom/placement_testing/made_problem.h"

namespace headroom::placement {
namespace {

using placement_testing::BitbrainsMaking;
using placement_testing::make_bitbrains_fleet;

constexpr std::size_t kLanes = placement_testing::kBitbrainsLanes;

Problem fleet(std::uint64_t seed) { return make_bitbrains_fleet({.seed = seed, .hosts = 40, .vms = 400}); }

Pool pool_of(const Problem& problem, InstructionSet set = widest()) {
  auto made = Pool::make(problem, 0, set);
  EXPECT_TRUE(made.has_value());
  return std::move(*made);
}

// The cheapest host by trying all, each priced from scratch.
std::optional<Choice> cheapest_by_hand(const Problem& p, Assignment now, std::int32_t item) {
  const std::int32_t from = now[static_cast<std::size_t>(item)];
  const std::int64_t before = cost_of(p, now).total();
  std::optional<Choice> best;
  for (std::int32_t host = 0; host < static_cast<std::int32_t>(p.hosts); ++host) {
    now[static_cast<std::size_t>(item)] = host;
    if (host == from || !check(p, now).empty()) continue;
    const std::int64_t change = cost_of(p, now).total() - before;
    if (!best || change < best->change) best = Choice{host, change};
  }
  return best;
}

TEST(Pool, FindsTheHostThatAFullRecomputationFindsCheapest) {
  const Problem problem = fleet(1);
  Pool pool = pool_of(problem);
  for (std::int32_t item = 0; item < 400; item += 3) {
    const auto found = pool.cheapest(item), wanted = cheapest_by_hand(problem, pool.assignment(), item);
    ASSERT_EQ(found.has_value(), wanted.has_value()) << item;
    if (!found) continue;
    ASSERT_EQ(found->change, wanted->change) << item;
    if (item % 2 == 0) pool.move(item, found->host);
    ASSERT_EQ(pool.cost(), cost_of(problem, pool.assignment()).total());
  }
}

TEST(Pool, TakesTheTighterOfTwoEquallyCheapHosts) {
  Problem p;
  p.hosts = 3;
  p.items = 3;
  p.lanes = {{false, 0}};
  p.capacity = p.safe = {10, 10, 10};
  p.location = p.neighbourhood = {0, 0, 0};
  p.need = {2, 3, 6};
  p.group.assign(3, kNoGroup);
  p.home = {0, 1, 2};
  p.away_price = {0, 0, 0};
  Pool pool = pool_of(p);
  EXPECT_EQ(pool.cheapest(0)->host, 2);
  pool.close(2);
  EXPECT_EQ(pool.cheapest(0)->host, 1);
  pool.open(2);
  EXPECT_EQ(pool.cheapest(0)->host, 2);
}

TEST(Pool, KeepsAClosedHostsRoomButLetsNobodyIn) {
  const Problem problem = fleet(2);
  Pool pool = pool_of(problem);
  const std::int64_t room = pool.room(5, 0);
  for (std::int32_t host = 0; host < 40; ++host)
    if (host != 7) pool.close(host);
  pool.close(5);  // twice is once
  EXPECT_EQ(pool.room(5, 0), room);
  for (std::int32_t item = 0; item < 400; ++item)
    if (const auto to = pool.cheapest(item)) {
      EXPECT_EQ(to->host, 7);
    }
  pool.open(5);
  EXPECT_EQ(pool.room(5, 0), room);
}

TEST(Pool, CountsAnItemThatNeedsMoreWhereItIsAndAnotherAmountWhereItGoes) {
  Problem problem = fleet(3);
  Pool pool = pool_of(problem);
  Stream chance(3, 0, 0);
  int moved = 0;
  for (int step = 0; step < 300; ++step) {
    const std::int32_t item = Stream::below(static_cast<std::uint32_t>(chance.next()), 400);
    const auto at = problem.need.begin() + item * static_cast<std::ptrdiff_t>(kLanes);
    std::vector<std::int64_t> lanes(at, at + kLanes);
    for (std::int64_t& n : lanes) n = n * (5 + Stream::below(static_cast<std::uint32_t>(chance.next()), 10)) / 10 + 1;
    const Need need{lanes};
    const auto to = step % 2 == 0 ? std::nullopt : pool.cheapest(item, &need);
    if (step % 2 != 0 && !to) continue;
    if (to) pool.move(item, to->host, &need), ++moved;
    else pool.resize(item, need);
    std::copy(lanes.begin(), lanes.end(), at);
    ASSERT_EQ(pool.cost(), cost_of(problem, pool.assignment()).total()) << "step " << step;
  }
  EXPECT_GT(moved, 20);
}

// A fleet whose CPU is uncertain as well.
Problem risky_fleet(std::uint64_t seed) {
  Problem p = fleet(seed);
  p.risks = {risk_of(1.28, 0.1)};
  for (std::size_t h = 0; h < p.hosts; ++h) p.risk_capacity.push_back(p.capacity[h * kLanes] * 9 / 10);
  for (std::size_t i = 0; i < p.items; ++i) {
    const std::int64_t cpu = p.need[i * kLanes];
    p.risk_mean.push_back(cpu * 6 / 10);
    p.risk_variance.push_back(cpu * cpu / 10);
    p.risk_deviation.push_back(cpu * 3 / 10);
    p.risk_most.push_back(cpu * 2);
  }
  return p;
}

TEST(Pool, JudgesTheRiskOfAHostByWhatTheItemWouldNeedThere) {
  Problem problem = risky_fleet(9);
  Pool pool = pool_of(problem);
  Stream chance(9, 0, 0);
  int refused = 0, moved = 0;
  for (int step = 0; step < 400; ++step) {
    const auto item = static_cast<std::size_t>(Stream::below(static_cast<std::uint32_t>(chance.next()), 400));
    const std::int32_t host = Stream::below(static_cast<std::uint32_t>(chance.next()), 40);
    if (host == pool.host_of(static_cast<std::int32_t>(item))) continue;
    const std::int64_t factor = 1 + Stream::below(static_cast<std::uint32_t>(chance.next()), 3);
    const RiskNeed risk{problem.risk_mean[item] * factor, problem.risk_variance[item] * factor * factor,
                        problem.risk_deviation[item] * factor, problem.risk_most[item] * factor};
    const std::span<const std::int64_t> lanes(problem.need.data() + item * kLanes, kLanes);
    const Need need{lanes, {&risk, 1}};
    Problem then = problem;
    then.risk_mean[item] = risk.mean, then.risk_variance[item] = risk.variance;
    then.risk_deviation[item] = risk.deviation, then.risk_most[item] = risk.most;
    Assignment after = pool.assignment();
    after[item] = host;
    bool sound = true;  // there; the hosts that are hot already are another matter
    for (const std::string& breach : check(then, after)) sound = sound && breach.find(fmt::format("host {} ", host)) == std::string::npos;
    ASSERT_EQ(pool.fits(static_cast<std::int32_t>(item), host, &need), sound) << "step " << step;
    ++(sound ? moved : refused);
    if (!sound) continue;
    pool.move(static_cast<std::int32_t>(item), host, &need);
    problem = then;
  }
  EXPECT_GT(refused, 20);
  EXPECT_GT(moved, 20);
}

std::vector<std::int32_t> hot(const Pool& pool, std::size_t hosts) {
  std::vector<std::int32_t> found;
  for (std::int32_t host = 0; host < static_cast<std::int32_t>(hosts); ++host)
    if (pool.heat(host) > 0) found.push_back(host);
  return found;
}

TEST(Pool, RelievesHotHostsWithoutBreakingAnythingAndWithoutHeatingOthersMore) {
  const Problem problem = fleet(4);
  Pool pool = pool_of(problem);
  const auto before = hot(pool, problem.hosts);
  ASSERT_GT(before.size(), 10U);
  const std::int64_t cost = pool.cost();
  const auto steps = pool.relieve(before, 1000);
  EXPECT_GT(steps.size(), 5U);
  EXPECT_LT(hot(pool, problem.hosts).size(), before.size() / 2);
  EXPECT_LT(pool.cost(), cost);
  EXPECT_TRUE(check(problem, pool.assignment()).empty());
  for (const Step& step : steps) EXPECT_TRUE(std::find(before.begin(), before.end(), step.from) != before.end());
}

TEST(Pool, StopsRelievingAtTheMostMovesItMayMake) {
  const Problem problem = fleet(4);
  Pool pool = pool_of(problem);
  EXPECT_EQ(pool.relieve(hot(pool, problem.hosts), 3).size(), 3U);
}

TEST(Pool, DrainsAHostWholeOrNotAtAll) {
  const Problem problem = make_bitbrains_fleet({.seed = 5, .hosts = 40, .vms = 400, .full = {.4, .4, .3, .3}});
  Pool pool = pool_of(problem);
  int drained = 0, kept = 0;
  for (std::int32_t host = 0; host < 40; ++host) {
    pool.close(host);  // nobody comes back
    const Assignment before = pool.assignment();
    const std::int64_t cost = pool.cost();
    const auto steps = pool.drain(host);
    if (steps.empty()) {
      EXPECT_EQ(pool.assignment(), before);
      EXPECT_EQ(pool.cost(), cost);
      ++kept;
    } else {
      EXPECT_EQ(std::count(pool.assignment().begin(), pool.assignment().end(), host), 0);
      ++drained;
    }
    ASSERT_TRUE(check(problem, pool.assignment()).empty());
    ASSERT_EQ(pool.cost(), cost_of(problem, pool.assignment()).total());
  }
  EXPECT_GT(drained, 5);
  EXPECT_GT(kept, 0);
}

TEST(Pool, AnswersTheSameWithEveryInstructionSet) {
  const Problem problem = fleet(6);
  std::vector<std::vector<Step>> answers;
  for (InstructionSet set : {InstructionSet::kScalar, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (!has(set)) continue;
    Pool pool = pool_of(problem, set);
    answers.push_back(pool.relieve(hot(pool, problem.hosts), 1000));
  }
  for (const auto& answer : answers) EXPECT_EQ(answer, answers.front());
}

TEST(Pool, IsIndependentOfItsCopies) {
  const Problem problem = fleet(7);
  Pool pool = pool_of(problem), copy = pool;
  copy.relieve(hot(copy, problem.hosts), 1000);
  EXPECT_EQ(pool.assignment(), problem.home);
  EXPECT_EQ(pool.cost(), cost_of(problem, problem.home).total());
  EXPECT_NE(copy.cost(), pool.cost());
  EXPECT_EQ(copy.cost(), cost_of(problem, copy.assignment()).total());
}

TEST(Pool, SaysWhatIsWrongWithAProblem) {
  Problem problem = fleet(8);
  EXPECT_EQ(Pool::make(problem, 12).error().message, "the lane that hosts are told apart by does not exist");
  problem.home.pop_back();
  EXPECT_EQ(Pool::make(problem).error().message, "home has 399 entries where 400 are needed");
}

}  // namespace
}  // namespace headroom::placement
