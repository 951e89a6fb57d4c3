// Hosts that are to be left: their VMs go, whoever planned what else; who stays is said.
#include <gmock/gmock.h>

#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "world.h"

namespace headroom {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Hosts of 8 cores and 32 GiB; the first is drained. VMs of 1 core and 4 GiB that nothing else moves.
struct Drained : TestWorld {
  explicit Drained(std::size_t hosts) : TestWorld(hosts) { s.hosts[0].accepts_vms = false; }

  Vm& calm(std::size_t host) {
    Vm& vm = add(host, 1000, 500);
    vm.scaling.fill(Scaling::kNever);
    return vm;
  }
  Plan plan(const Policy& policy) const {
    Plan made = make_plan(s, policy);
    EXPECT_THAT(check_plan(s, made), IsEmpty());
    return made;
  }
  std::vector<std::string> moved(const Plan& plan) const {
    std::vector<std::string> all;
    for (const Action& a : plan.actions)
      if (a.kind == ActionKind::kMigrate) all.push_back(s.find(a.vm)->name + ">" + s.find(a.to)->name);
    return all;
  }
  std::string why(const Plan& plan, const std::string& vm) const {
    for (const Denied& d : plan.denied)
      if (s.find(d.vm)->name == vm) return d.why;
    return "not denied";
  }
};

Policy moving() {
  Policy policy = priced_policy();
  policy.hosts.may_migrate = true;
  return policy;
}

TEST(DrainHosts, MovesVmsAwayAFewARoundTheBiggestFirstAndSaysWhy) {
  Drained w(2);
  for (int i = 0; i < 5; ++i) w.calm(0);
  w.s.vms[3].allocation[Resource::kMemory] = (8_GiB).count();
  Policy policy = moving();
  policy.hosts.moves_per_round = 4;
  const Plan plan = w.plan(policy);
  EXPECT_THAT(w.moved(plan), UnorderedElementsAre("vm3>h1", "vm0>h1"));  // half of a round's moves
  EXPECT_EQ(plan.actions[0].reason.code, ReasonCode::kDrain);
  EXPECT_THAT(to_text(plan.actions[0].reason), HasSubstr("its host is to be left (maintenance or drain)"));
  EXPECT_THAT(plan.denied, IsEmpty());
}

TEST(DrainHosts, IsDoneByEveryPolicyThatMovesVms) {
  for (const Order order : {Order::kLadder, Order::kMigrateFirst, Order::kPveCrs, Order::kLrMmt}) {
    Drained w(2);
    w.calm(0);
    Policy policy = moving();
    policy.order = order;
    EXPECT_THAT(w.moved(w.plan(policy)), ElementsAre("vm0>h1")) << static_cast<int>(order);
  }
}

TEST(DrainHosts, MovesThoseThatWereMovedLately) {
  Drained w(2);
  w.calm(0).moved_at = w.s.taken_at;
  EXPECT_THAT(w.moved(w.plan(moving())), ElementsAre("vm0>h1"));
}

// Nobody's cooldown holds up who waits for the host (kDrain has none), nor does that it was moved lately.
TEST(DrainHosts, AHostThatAConstraintHasInMaintenanceIsLeftLikeADrainedOne) {
  Drained w(2);
  w.s.hosts[0].accepts_vms = true;
  w.calm(0).moved_at = w.s.taken_at;
  Constraint c;
  c.name = "new disks";
  c.kind = ConstraintKind::kMaintenance;
  c.hosts.named = {"h0"};
  w.s.constraints = {c};
  const Plan plan = w.plan(moving());
  EXPECT_THAT(w.moved(plan), ElementsAre("vm0>h1"));
  EXPECT_EQ(plan.actions.at(0).reason.code, ReasonCode::kDrain);
}

TEST(DrainHosts, ListsWhoCannotLeaveAndWhatStandsInTheWay) {
  Drained w(2);
  Vm& disk = w.calm(0);
  disk.mobility = Mobility::kCold;
  disk.mobility_reason = "local disk vda";
  w.calm(0).owner = "Nova";
  w.calm(0).level = AutomationLevel::kObserve;
  w.calm(0).allocation[Resource::kMemory] = (31_GiB).count();  // too much beside what h1 has
  w.calm(0);
  w.calm(0).action_in_flight = true;
  for (int i = 0; i < 3; ++i) w.calm(1);
  const Plan plan = w.plan(moving());
  EXPECT_THAT(w.moved(plan), ElementsAre("vm4>h1"));
  EXPECT_EQ(w.why(plan, "vm0"), "it does not move while it runs: local disk vda");
  EXPECT_EQ(w.why(plan, "vm1"), "it belongs to Nova, which has to move it");
  EXPECT_EQ(w.why(plan, "vm2"), "its automation level is observe");
  EXPECT_THAT(w.why(plan, "vm3"), HasSubstr("no host that its constraints allow takes it: too little memory on 1 of 1 running hosts"));
  EXPECT_EQ(w.why(plan, "vm5"), "not denied");
  for (const Denied& d : plan.denied) EXPECT_EQ(d.reason.code, ReasonCode::kDrain);
}

TEST(DrainHosts, MovesTogetherWhatHasToStayTogetherOrSaysWhoHoldsIt) {
  Drained w(2);
  w.calm(0), w.calm(0);
  Constraint together;
  together.name = "pair";
  together.kind = ConstraintKind::kTogether;
  together.vms.named = {"vm0", "vm1"};
  w.s.constraints = {together};
  EXPECT_THAT(w.moved(w.plan(moving())), UnorderedElementsAre("vm0>h1", "vm1>h1"));
  w.s.vms[1].mobility = Mobility::kImmovable;
  w.s.vms[1].mobility_reason = "vfio device";
  const Plan plan = w.plan(moving());
  EXPECT_THAT(w.moved(plan), IsEmpty());
  EXPECT_EQ(w.why(plan, "vm0"), "it goes only with vm1: it does not move while it runs: vfio device");
}

TEST(DrainHosts, SaysThatAPolicyMovesNobody) {
  Drained w(2);
  w.calm(0);
  const Plan plan = w.plan(priced_policy());
  EXPECT_THAT(w.moved(plan), IsEmpty());
  EXPECT_EQ(w.why(plan, "vm0"), "this policy moves no VMs");
}

TEST(DrainHosts, StartsAHostForThoseWhoWouldGoIfItRan) {
  Drained w(3);
  w.calm(0).allocation[Resource::kMemory] = (24_GiB).count();
  w.calm(1).allocation[Resource::kMemory] = (24_GiB).count();
  w.s.hosts[2].power = PowerState::kOff;
  Policy policy = elastic_policy();
  policy.hosts.may_migrate = true;
  w.s.hosts[2].price.usd_per_hour = 0.5;
  const auto started = [&](const Plan& plan) {
    return std::any_of(plan.actions.begin(), plan.actions.end(), [](const Action& a) { return a.kind == ActionKind::kStartHost; });
  };
  EXPECT_TRUE(started(w.plan(policy)));
  w.s.hosts[2].can_start = false;
  EXPECT_FALSE(started(w.plan(policy)));
}

TEST(DrainHosts, LeavesAnEmptyOneOnForWhoeverDrainedIt) {
  Drained w(3);
  w.calm(1);
  Policy policy = elastic_policy();
  policy.hosts.may_migrate = true;
  std::vector<HostId> stopped;
  for (const Action& a : w.plan(policy).actions)
    if (a.kind == ActionKind::kStopHost) stopped.push_back(a.from);
  EXPECT_THAT(stopped, ElementsAre(w.s.hosts[2].id));  // empty too, and nobody's
  w.s.hosts[2].can_stop = false;
  EXPECT_THAT(w.plan(policy).actions, IsEmpty());
}

TEST(DrainHosts, NobodyGoesToAHostThatIsBeingStopped) {
  Drained w(2);
  w.calm(0);
  w.s.in_flight.push_back({{ActionKind::kStopHost, {}, w.s.hosts[1].id, {}, {}, {}, {}}, w.s.taken_at});
  const Plan plan = w.plan(moving());
  EXPECT_THAT(w.moved(plan), IsEmpty());
  EXPECT_THAT(w.why(plan, "vm0"), HasSubstr("1 taking nobody in"));
}

}  // namespace
}  // namespace headroom
