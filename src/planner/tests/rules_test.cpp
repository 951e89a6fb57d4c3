// Rules of each automation level, and alerts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "headroom/planner/memory.h"
#include "world.h"

namespace headroom {
namespace {

using testing::HasSubstr;

Rule rule_of(RuleAction action, AutomationLevel level) {
  Rule rule;
  rule.name = "cpu-rule";
  rule.action = action;
  rule.level = level;
  return rule;
}

Policy policy_of(const Rule& rule) {
  Policy policy;
  policy.rules = {rule};
  return policy;
}

// One VM that uses 1.9 of its 2 cores.
TestWorld tight_world() {
  TestWorld w(2);
  w.add(0, 2000, 1900);
  w.s.vms[0].memory.resize(1);
  return w;
}

TEST(Demand, OfAGuestIsGivenAtOnceAsFarAsItsCeilingAndNoFurther) {
  TestWorld w(2);
  w.add(0, 2000, 900).demanded[index(Resource::kCpu)] = 2500;
  w.add(1, 7000, 900).demanded[index(Resource::kCpu)] = 9000;
  w.add(1, 1000, 300).demanded[index(Resource::kCpu)] = 1000;
  const Plan plan = make_plan(w.s, Policy{});
  ASSERT_EQ(plan.actions.size(), 1U) << "the second host has no more room, and the third VM has what it wants";
  EXPECT_EQ(plan.actions[0].after.cpu(), MilliCores(2500));
  EXPECT_EQ(plan.actions[0].reason.rule, "demand");
  EXPECT_EQ(plan.actions[0].reason.code, ReasonCode::kPressure);
  EXPECT_TRUE(check_plan(w.s, plan).empty());
  w.s.vms[0].scaling.fill(Scaling::kNever);
  EXPECT_TRUE(make_plan(w.s, Policy{}).actions.empty());
}

TEST(RuleLevel, AutoIsPlannedToBeDone) {
  const TestWorld w = tight_world();
  const Plan plan = make_plan(w.s, policy_of(rule_of(RuleAction::kGrow, AutomationLevel::kAuto)));
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].level, AutomationLevel::kAuto);
}

TEST(RuleLevel, RecommendIsPlannedAndExplainedAtThatLevel) {
  const TestWorld w = tight_world();
  const Plan plan = make_plan(w.s, policy_of(rule_of(RuleAction::kGrow, AutomationLevel::kRecommend)));
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].level, AutomationLevel::kRecommend);
  EXPECT_EQ(plan.actions[0].reason.rule, "cpu-rule");
  EXPECT_EQ(plan.actions[0].after.cpu(), MilliCores(2500));
  EXPECT_TRUE(check_plan(w.s, plan).empty());
}

TEST(RuleLevel, RecommendOfAShrinkIsPlannedOnAHostThatHoldsTooMuchAlready) {
  TestWorld w(1);
  w.add(0, 2000, 200);
  w.add(0, 8000, 7000);  // 2 cores more than there are
  for (Vm& vm : w.s.vms) vm.memory.resize(1);
  w.s.vms[0].memory[0] = {1400, true, {}, {}};
  const Plan plan = make_plan(w.s, policy_of(rule_of(RuleAction::kShrink, AutomationLevel::kRecommend)));
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].after.cpu(), MilliCores(1750));
  EXPECT_TRUE(plan.denied.empty());
}

TEST(RuleLevel, RecommendOfAMigrateRuleIsAMove) {
  const TestWorld w = tight_world();
  Policy policy = policy_of(rule_of(RuleAction::kMigrate, AutomationLevel::kRecommend));
  policy.hosts.may_migrate = true;
  const Plan plan = make_plan(w.s, policy);
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].kind, ActionKind::kMigrate);
  EXPECT_EQ(plan.actions[0].level, AutomationLevel::kRecommend);
}

TEST(RuleLevel, ObserveIsOnlyNoted) {
  const TestWorld w = tight_world();
  const Plan plan = make_plan(w.s, policy_of(rule_of(RuleAction::kGrow, AutomationLevel::kObserve)));
  EXPECT_TRUE(plan.actions.empty());
  ASSERT_EQ(plan.denied.size(), 1U);
  EXPECT_THAT(plan.denied[0].why, HasSubstr("the rule 'cpu-rule' is observe"));
  EXPECT_EQ(plan.denied[0].reason.rule, "cpu-rule");
}

TEST(RuleLevel, RoomThatIsOnlyRecommendedToBeFreedIsNotGivenOut) {
  TestWorld w(1);
  w.add(0, 6000, 500);
  w.add(0, 2000, 1950);
  for (Vm& vm : w.s.vms) {
    vm.memory.resize(2);
    vm.memory[1] = {500, true, {}, {}};
  }
  w.s.vms[1].memory[1].window_max = 1950;
  Policy policy = policy_of(rule_of(RuleAction::kGrow, AutomationLevel::kAuto));
  policy.rules.push_back(rule_of(RuleAction::kShrink, AutomationLevel::kRecommend));
  policy.rules.back().name = "shrink";
  const Plan plan = make_plan(w.s, policy);
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].level, AutomationLevel::kRecommend);
  EXPECT_LT(plan.actions[0].after.cpu(), MilliCores(6000));
  EXPECT_EQ(plan.denied.size(), 1U);  // the growth of the other
  Plan greedy = plan;
  Action growth{ActionKind::kResize, VmId(1), HostId(0), {}, w.s.vms[1].allocation, w.s.vms[1].allocation, {}};
  growth.after[Resource::kCpu] = 2500;
  greedy.actions.push_back(growth);
  EXPECT_EQ(check_plan(w.s, greedy).size(), 1U);
}

TEST(Alert, IsReportedWithItsReasonAndChangesNothing) {
  TestWorld w = tight_world();
  w.s.vms[0].owner = "nova";  // a report touches nobody
  const Plan plan = make_plan(w.s, policy_of(rule_of(RuleAction::kAlert, AutomationLevel::kAuto)));
  EXPECT_TRUE(plan.actions.empty());
  ASSERT_EQ(plan.alerts.size(), 1U);
  EXPECT_EQ(plan.alerts[0].vm, VmId(0));
  EXPECT_EQ(plan.alerts[0].host, HostId(0));
  EXPECT_EQ(plan.alerts[0].reason.rule, "cpu-rule");
  EXPECT_DOUBLE_EQ(plan.alerts[0].reason.demand, 1900);
}

TEST(Alert, RestsForItsCooldownAndThenComesAgainWhileTheConditionHolds) {
  TestWorld w = tight_world();
  Rule rule = rule_of(RuleAction::kAlert, AutomationLevel::kAuto);
  rule.cooldown = std::chrono::minutes(15);
  const Policy policy = policy_of(rule);
  MemoryKeeper memory(policy);
  std::string fired;
  for (int round = 0; round < 8; ++round) {
    w.s.vms[0].sampled_at = w.s.taken_at;
    w.s.vms[0].used[0] = round == 6 ? 100 : 1900;
    memory.update(w.s);
    const Plan plan = make_plan(w.s, policy);
    memory.note(w.s, plan);
    fired += plan.alerts.empty() ? '.' : 'A';
    w.s.taken_at += w.s.step;
  }
  EXPECT_EQ(fired, "A..A...A");
}

}  // namespace
}  // namespace headroom
