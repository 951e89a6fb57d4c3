#include <gtest/gtest.h>

#include <random>

#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "headroom/planner/memory.h"
#include "world.h"

namespace headroom {
namespace {

TEST(Planner, GrowsAVmBeforeItsForecastPassesItsLimit) {
  TestWorld w(1);
  w.add(0, 1000, 900);
  foresee(w.s.vms[0], Resource::kCpu, Band::certain(2400));
  const Plan plan = make_plan(w.s, priced_policy());
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].after.cpu(), MilliCores(2500));
  EXPECT_GT(plan.actions[0].reason.confidence, 0.9);
}

TEST(Planner, LeavesAVmAloneWhenAChangeCostsMoreThanItSaves) {
  TestWorld w(1);
  w.add(0, 1000, 900);  // a quarter of a core at most could be saved: 0.8 cents an hour
  Policy policy = priced_policy();
  policy.priced->minutes_per_scaling = 600;
  EXPECT_TRUE(make_plan(w.s, policy).actions.empty());
}

TEST(Planner, NeverShrinksAVmThatIsStillBeingLearnt) {
  TestWorld w(1);
  w.add(0, 6000, 500).forecast.state = ForecastState::kLearning;
  EXPECT_TRUE(make_plan(w.s, priced_policy()).actions.empty());
  w.s.vms[0].forecast.state = ForecastState::kReady;
  EXPECT_FALSE(make_plan(w.s, priced_policy()).actions.empty());
}

TEST(Planner, NeverShrinksMemoryBelowWhatIsUsedOrWithoutGuestStatistics) {
  TestWorld w(1);
  Vm& vm = w.add(0, 1000, 990);
  vm.allocation[Resource::kMemory] = (16_GiB).count();
  vm.guest_statistics = false;
  EXPECT_TRUE(make_plan(w.s, priced_policy()).actions.empty());
  w.s.vms[0].guest_statistics = true;
  const Plan plan = make_plan(w.s, priced_policy());
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_GE(plan.actions[0].after.memory(), 3_GiB + 256_MiB);
}

TEST(Planner, DoesNotTouchWhatBelongsToAnotherManager) {
  TestWorld w(1);
  w.add(0, 1000, 2400).owner = "nova";
  EXPECT_TRUE(make_plan(w.s, priced_policy()).actions.empty());
}

TEST(Planner, MovesAVmWhenItsHostIsFullAndTakesTheGrowthAlong) {
  TestWorld w(2);
  w.add(0, 4000, 6000);
  w.add(0, 4000, 3900);
  Policy policy = priced_policy();
  policy.hosts.may_migrate = true;
  const Plan plan = make_plan(w.s, policy);
  ASSERT_FALSE(plan.actions.empty());
  EXPECT_EQ(plan.actions[0].kind, ActionKind::kMigrate);
  EXPECT_TRUE(check_plan(w.s, plan).empty());
}

TEST(Planner, CalmLoadGivesAnEmptyPlan) {
  TestWorld w(2);
  w.add(0, 1000, 990);
  w.s.vms[0].allocation = Resources(1_cores, 3_GiB + 256_MiB, 1_MBps, 1_MBps);
  EXPECT_TRUE(make_plan(w.s, priced_policy()).actions.empty());
}

TEST(Planner, EqualInputGivesAnEqualPlanAndNoPlanBreaksAHardConstraint) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    auto pick = [&](int low, int high) { return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1)); };
    TestWorld w(static_cast<std::size_t>(pick(1, 4)));
    std::vector<std::int64_t> left(w.s.hosts.size(), 8000);
    for (int i = pick(1, 10); i > 0; --i) {
      const auto h = static_cast<std::size_t>(pick(0, static_cast<int>(left.size()) - 1));
      const std::int64_t cpu = 250 * pick(1, 12);
      if (left[h] < cpu) continue;
      left[h] -= cpu;
      w.add(h, cpu, pick(10, 7000));
    }
    Policy policy = pick(0, 1) ? priced_policy() : migrate_first_policy();
    policy.hosts.may_migrate = pick(0, 1);
    policy.hosts.may_power = pick(0, 1);
    if (policy.priced && pick(0, 1) == 1) policy.priced->least_share = 0.02, policy.priced->most_share = 8;
    if (pick(0, 1)) w.s.taken_at = on_the_hour();
    if (pick(0, 3) == 0) w.s.hosts.back().price.price_class = PriceClass::kReserved;
    const Plan plan = make_plan(w.s, policy), again = make_plan(w.s, policy);
    const auto breaches = check_plan(w.s, plan);
    ASSERT_TRUE(breaches.empty()) << "seed " << seed << ": " << breaches.front();
    ASSERT_EQ(plan.actions.size(), again.actions.size()) << "seed " << seed;
    for (std::size_t i = 0; i < plan.actions.size(); ++i) ASSERT_EQ(plan.actions[i].after, again.actions[i].after);
  }
}

TEST(Checker, SeesEachBreachOfAHandMadePlan) {
  TestWorld w(2);
  const Vm& vm = w.add(0, 2000, 1000);
  auto breaches = [&](Action a) {
    Plan plan;
    plan.actions.push_back(a);
    return check_plan(w.s, plan).size();
  };
  Action fine{ActionKind::kResize, vm.id, HostId(0), {}, vm.allocation, vm.allocation, {}};
  fine.after[Resource::kCpu] = 4000;
  EXPECT_EQ(breaches(fine), 0U);
  Action too_much = fine;
  too_much.after[Resource::kCpu] = 9000;
  EXPECT_GE(breaches(too_much), 1U);
  Action elsewhere = fine;
  elsewhere.from = HostId(1);
  EXPECT_GE(breaches(elsewhere), 1U);
  EXPECT_GE(breaches({ActionKind::kMigrate, vm.id, HostId(0), HostId(0), vm.allocation, vm.allocation, {}}), 1U);
  EXPECT_GE(breaches({ActionKind::kStopHost, {}, HostId(0), {}, {}, {}, {}}), 1U);
  w.s.vms[0].scaling.fill(Scaling::kNever);
  EXPECT_GE(breaches(fine), 1U);
  w.s.vms[0].mobility = Mobility::kImmovable;
  EXPECT_GE(breaches({ActionKind::kMigrate, vm.id, HostId(0), HostId(1), vm.allocation, vm.allocation, {}}), 1U);
}

}  // namespace
}  // namespace headroom
