// Plans where constraints say who may be where: the planner keeps them, mends what is broken, and moves together what belongs
// together. Every plan is judged by the checker as well.
#include <gmock/gmock.h>

#include <random>

#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "world.h"

namespace headroom {
namespace {

using ::testing::IsEmpty;

Constraint constraint(ConstraintKind kind, Names named) {
  Constraint c;
  c.name = "rule";
  c.kind = kind;
  c.vms.named = std::move(named);
  return c;
}

// A VM that nothing but a constraint moves.
Vm& calm(TestWorld& w, std::size_t host) {
  Vm& vm = w.add(host, 1000, 500);
  vm.scaling.fill(Scaling::kNever);
  return vm;
}

Policy moving() {
  Policy policy = priced_policy();
  policy.hosts.may_migrate = true;
  return policy;
}

std::vector<std::pair<std::string, std::string>> moves(const TestWorld& w, const Plan& plan) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const Action& a : plan.actions)
    if (a.kind == ActionKind::kMigrate) found.emplace_back(w.s.find(a.vm)->name, w.s.find(a.to)->name);
  return found;
}

std::vector<std::pair<std::string, std::string>> planned(const TestWorld& w, const Policy& policy) {
  const Plan plan = make_plan(w.s, policy);
  EXPECT_THAT(check_plan(w.s, plan), IsEmpty());
  return moves(w, plan);
}

TEST(MendPlacement, PartsTwoThatHaveToBeApart) {
  TestWorld w(3);
  calm(w, 0), calm(w, 0), calm(w, 1);
  w.s.constraints = {constraint(ConstraintKind::kApart, {"vm*"})};
  const Plan plan = make_plan(w.s, moving());
  EXPECT_EQ(moves(w, plan), (std::vector<std::pair<std::string, std::string>>{{"vm0", "h2"}}));
  EXPECT_EQ(plan.actions.at(0).reason.code, ReasonCode::kConstraint);
  EXPECT_THAT(check_plan(w.s, plan), IsEmpty());
}

TEST(MendPlacement, BringsAVmIntoItsFence) {
  TestWorld w(3);
  calm(w, 0);
  w.s.constraints = {constraint(ConstraintKind::kFence, {"vm0"})};
  w.s.constraints[0].hosts.named = {"h2"};
  EXPECT_EQ(planned(w, moving()), (std::vector<std::pair<std::string, std::string>>{{"vm0", "h2"}}));
}

TEST(MendPlacement, SaysWhoCanGoNowhereBetter) {
  TestWorld w(2);
  calm(w, 0);
  w.s.hosts[1].physical[Resource::kMemory] = (1_GiB).count();
  w.s.constraints = {constraint(ConstraintKind::kFence, {"vm0"})};
  w.s.constraints[0].hosts.named = {"h1"};
  const Plan plan = make_plan(w.s, moving());
  EXPECT_EQ(count(plan, ActionKind::kMigrate), 0U);
  ASSERT_EQ(plan.denied.size(), 1U);
  EXPECT_EQ(plan.denied[0].why, "no running host that its constraints allow has the room");
}

TEST(MendPlacement, LeavesAVmInPeaceThatWasMovedLately) {
  TestWorld w(2);
  calm(w, 0).moved_at = w.s.taken_at;
  w.s.constraints = {constraint(ConstraintKind::kFence, {"vm0"})};
  w.s.constraints[0].hosts.named = {"h1"};
  EXPECT_THAT(planned(w, moving()), IsEmpty());
}

// vm0 grows beyond its host, and must not go where its replica is.
TEST(Plan, MovesAGrowingVmNowhereItsConstraintsForbid) {
  TestWorld w(3);
  w.add(0, 4000, 6000);
  calm(w, 0), calm(w, 1);
  w.s.vms[1].allocation[Resource::kCpu] = 3000;
  w.s.hosts[2].price.usd_per_hour = 2;  // dearer than where the replica is
  Policy policy = moving();
  policy.priced->usd_per_overloaded_vm_hour = 1;
  EXPECT_EQ(planned(w, policy), (std::vector<std::pair<std::string, std::string>>{{"vm0", "h1"}}));
  w.s.constraints = {constraint(ConstraintKind::kApart, {"vm0", "vm2"})};
  EXPECT_EQ(planned(w, policy), (std::vector<std::pair<std::string, std::string>>{{"vm0", "h2"}}));
}

TEST(Plan, MovesVmsThatBelongTogetherAtOnceOrNotAtAll) {
  TestWorld w(2);
  w.add(0, 4000, 6000);
  calm(w, 0), calm(w, 0);
  w.s.vms[1].allocation[Resource::kCpu] = 3000;
  w.s.constraints = {constraint(ConstraintKind::kTogether, {"vm0", "vm2"})};
  Policy policy = moving();
  policy.priced->usd_per_overloaded_vm_hour = 1;
  EXPECT_EQ(planned(w, policy), (std::vector<std::pair<std::string, std::string>>{{"vm0", "h1"}, {"vm2", "h1"}}));
  w.s.vms[2].mobility = Mobility::kImmovable;
  for (const auto& [vm, to] : planned(w, policy)) EXPECT_EQ(vm, "vm1");  // a neighbour may still make room
}

// Any fleet, any policy's order: what the planner does, the checker lets pass.
TEST(Plan, BreaksNoConstraintOnRandomFleets) {
  const char* given = std::getenv("HEADROOM_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  int moved = 0;
  for (std::uint64_t round = 0; round < 300; ++round) {
    std::mt19937_64 chance(seed * 1000 + round);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance() % n); };
    TestWorld w(3 + below(4));
    for (auto& host : w.s.hosts) {
      host.price.usd_per_hour = 1 + static_cast<double>(below(3));
      host.overcommit[index(Resource::kCpu)] = 2;
      host.accepts_vms = below(8) != 0;
      host.rack = below(2) == 0 ? "a" : "b";
    }
    const std::size_t vms = 6 + below(12);
    for (std::size_t i = 0; i < vms; ++i) {
      Vm& vm = w.add(below(w.s.hosts.size()), 1000 + static_cast<std::int64_t>(below(3)) * 500, static_cast<double>(below(3000)));
      vm.allocation[Resource::kMemory] = (2_GiB).count();
    }
    const ConstraintKind kinds[] = {ConstraintKind::kTogether, ConstraintKind::kApart, ConstraintKind::kFence, ConstraintKind::kBan,
                                    ConstraintKind::kClose};
    for (int c = 0; c < 3; ++c) {
      Constraint one = constraint(kinds[below(5)], {});
      one.name = "c" + std::to_string(c);
      for (int k = 0; k < 3; ++k) one.vms.named.push_back("vm" + std::to_string(below(vms)));
      normalise(one.vms.named);
      if (one.kind == ConstraintKind::kFence || one.kind == ConstraintKind::kBan) one.hosts.named = {"h0", "h1"};
      if (one.kind == ConstraintKind::kClose) one.scope = Scope::kRack;
      w.s.constraints.push_back(one);
    }
    Policy policy = below(3) == 0 ? migrate_first_policy() : moving();
    if (below(4) == 0) policy.order = Order::kPveCrs, w.s.memory.imbalanced_rounds = 5;
    if (policy.priced) policy.priced->usd_per_overloaded_vm_hour = 1;
    const Plan plan = make_plan(w.s, policy);
    ASSERT_THAT(check_plan(w.s, plan), IsEmpty()) << "round " << round << ", HEADROOM_SEED=" << seed;
    moved += static_cast<int>(count(plan, ActionKind::kMigrate));
  }
  EXPECT_GT(moved, 200);
}

}  // namespace
}  // namespace headroom
