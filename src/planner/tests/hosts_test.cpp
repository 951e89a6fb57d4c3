// What counts hosts: their shared price, emptying and stopping them, and who moves before who is squeezed.
#include <gtest/gtest.h>

#include <algorithm>

#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "world.h"

namespace headroom {
namespace {

// Only the VMs' own limits count, and a change is free.
Policy policy_of_limits(double usd_per_overloaded_vm_hour) {
  Policy policy = elastic_policy();
  policy.hosts.overload_confidence = 1;
  policy.priced->minutes_per_scaling = 0;
  policy.priced->usd_per_overloaded_vm_hour = usd_per_overloaded_vm_hour;
  return policy;
}

// On the hour; two hosts, and on each two VMs of two and a half cores.
TestWorld two_hosts_with_two_each(const Band& cpu) {
  TestWorld w(2);
  w.s.taken_at = on_the_hour();
  for (std::size_t h : {0U, 0U, 1U, 1U}) foresee(w.add(h, 2500, 900), Resource::kCpu, cpu);
  return w;
}

// On the hour; two hosts, a VM on each. The smaller one is oversized; both fit one host when it is not.
TestWorld two_hosts_for_one() {
  TestWorld w(2);
  w.s.taken_at = on_the_hour();
  w.add(0, 2000, 490);
  w.add(1, 6500, 6490);
  return w;
}

TEST(Hosts, AnEmptiedHostsVmsGetWhatTheyWishForWhereTheyGo) {
  const TestWorld w = two_hosts_for_one();
  const Plan plan = make_plan(w.s, elastic_policy());
  EXPECT_TRUE(check_plan(w.s, plan).empty());
  const auto move = std::find_if(plan.actions.begin(), plan.actions.end(),
                                 [](const Action& a) { return a.kind == ActionKind::kMigrate; });
  ASSERT_NE(move, plan.actions.end());
  EXPECT_EQ(move->reason.code, ReasonCode::kConsolidation);
  EXPECT_EQ(move->vm, w.s.vms[0].id);
  EXPECT_EQ(move->after.cpu(), 500_mcores);
}

// However restless the VMs are: were they resized first, no host would ever have all of its VMs free to go.
TEST(Hosts, AreEmptiedAlsoWhenEveryVmWantsAnotherSize) {
  TestWorld w = two_hosts_for_one();
  w.s.vms[1].allocation[Resource::kCpu] = 7500;
  const Plan plan = make_plan(w.s, elastic_policy());
  EXPECT_EQ(count(plan, ActionKind::kMigrate), 1U);
}

TEST(Hosts, OneThatIsBeingEmptiedTakesNobodyIn) {
  TestWorld w(2);
  w.s.taken_at = on_the_hour();
  w.add(0, 1000, 990);
  for (int i = 0; i < 3; ++i) w.add(1, 2000, 1990);
  // The first host is the emptier one and leaves; a growth on the second then finds no other host to go to.
  foresee(w.s.vms[1], Resource::kCpu, Band::certain(4000));
  const Plan plan = make_plan(w.s, elastic_policy());
  ASSERT_EQ(count(plan, ActionKind::kMigrate), 1U);
  for (const Action& action : plan.actions)
    if (action.kind == ActionKind::kMigrate) {
      EXPECT_EQ(action.from, w.s.hosts[0].id);
      EXPECT_EQ(action.to, w.s.hosts[1].id);
    }
}

TEST(Hosts, OneIsNotEmptiedForLittleMoneyAndMuchOfTheFleetsMemory) {
  TestWorld w(2);
  w.s.taken_at = on_the_hour();
  w.s.hosts[0].price.usd_per_hour = 0.1;  // a tenth of the other, and two thirds of the memory
  w.add(0, 1000, 990).allocation[Resource::kMemory] = (8_GiB).count();
  w.add(1, 2000, 1990);
  for (Vm& vm : w.s.vms) vm.scaling.fill(Scaling::kNever);
  Policy policy = elastic_policy();
  policy.hosts.least_worth = 0;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kMigrate), 1U);
  policy.hosts.least_worth = 0.5;
  const Plan plan = make_plan(w.s, policy);
  for (const Action& action : plan.actions) EXPECT_NE(action.from, w.s.hosts[0].id) << "of " << plan.actions.size();
}

TEST(Hosts, OneThatIsStillEmptyIsNotStoppedUnderWhomItWasStartedFor) {
  TestWorld w(2);
  w.add(0, 4000, 6000);
  w.add(0, 4000, 3900);
  const Plan plan = make_plan(w.s, elastic_policy());
  EXPECT_EQ(count(plan, ActionKind::kMigrate), 1U);
  EXPECT_EQ(count(plan, ActionKind::kStopHost), 0U);
  for (Vm& vm : w.s.vms) vm.allocation[Resource::kCpu] = 2000;  // now nobody needs it
  foresee(w.s.vms[0], Resource::kCpu, Band::certain(1990));
  EXPECT_EQ(count(make_plan(w.s, elastic_policy()), ActionKind::kStopHost), 1U);
}

// Memory fills the host and carries its price; cores to spare are nearly free, so a VM gets them for a small risk.
TEST(Hosts, WhatTheyHaveToSpareIsGivenAway) {
  TestWorld w(1);
  Vm& vm = w.add(0, 1000, 900);
  vm.allocation[Resource::kMemory] = (16_GiB).count();
  vm.used[index(Resource::kMemory)] = 15.5 * (1 << 30);
  foresee(vm, Resource::kMemory, Band::certain(15.5 * (1 << 30)));
  Band rarely_more;
  rarely_more.at = {900, 900, 900, 900, 900, 900, 900, 3000};
  foresee(vm, Resource::kCpu, rarely_more);
  Policy policy = elastic_policy();
  policy.priced->minutes_per_scaling = 0;
  policy.priced->usd_per_overloaded_vm_hour = 0.2;
  auto cores = [&] {
    const Plan plan = make_plan(w.s, policy);
    return plan.actions.empty() ? vm.allocation.cpu() : plan.actions.front().after.cpu();
  };
  EXPECT_GE(cores(), 3_cores);
  policy.priced->least_share = policy.priced->most_share = 1;
  EXPECT_EQ(cores(), 1_cores);
}

// The neighbour would give back a core only at many times its price; the host next door has room.
TEST(Hosts, AVmMovesBeforeItsNeighboursAreSqueezedHard) {
  TestWorld w(2);
  w.add(0, 4000, 5900);
  w.add(0, 4000, 3900);
  for (Vm& vm : w.s.vms) vm.allocation = Resources(4_cores, 3_GiB + 256_MiB, 1_MBps, 1_MBps);
  Band seldom;
  seldom.at = {1500, 1500, 1500, 1500, 1500, 3900, 3900, 3900};
  foresee(w.s.vms[1], Resource::kCpu, seldom);
  Policy policy = elastic_policy();
  policy.priced->minutes_per_scaling = 0;
  policy.priced->usd_per_overloaded_vm_hour = 0.45;
  const Plan plan = make_plan(w.s, policy);
  EXPECT_EQ(count(plan, ActionKind::kMigrate), 1U);
  for (const Action& action : plan.actions) EXPECT_NE(action.reason.code, ReasonCode::kMakeRoom);
}

// One VM wants to grow and can; five others, who need it less, have to do without, since cores are as dear as makes the
// wishes fit. One more host would spare them 1.45 USD an hour (0.19 x 0.3 x the weight of 5, five times) and costs 1.
TEST(Hosts, OneMoreIsStartedForWhatItWouldSpareAlsoWhenNobodyIsDenied) {
  TestWorld w(2);
  w.s.hosts[1].power = PowerState::kOff;
  Band often, sometimes;
  often.at = {900, 900, 2400, 2400, 2400, 2400, 2400, 2400};
  sometimes.at = {900, 900, 900, 900, 2400, 2400, 2400, 2400};
  for (int i = 0; i < 6; ++i) {
    Vm& vm = w.add(0, 1000, 900);
    foresee(vm, Resource::kCpu, i == 0 ? often : sometimes);
  }
  Policy policy = policy_of_limits(0.3);
  policy.priced->minutes_lost_per_breach = 0;
  const Plan plan = make_plan(w.s, policy);
  EXPECT_TRUE(plan.denied.empty());
  EXPECT_EQ(count(plan, ActionKind::kStartHost), 1U);
  policy.priced->usd_per_overloaded_vm_hour = 0.15;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kStartHost), 0U);
}

// Two that one host is enough for while they are calm; then a rule wants more for both than it has.
TEST(Hosts, OneIsStartedForWhatARuleWantsAndNoHostHas) {
  TestWorld w(2);
  for (Host& host : w.s.hosts) {
    host.physical = Resources(1250_mcores, 1_GiB, 1000_MBps, 1000_MBps);
    host.price.usd_per_hour = 0.1;
  }
  w.s.hosts[1].power = PowerState::kOff;
  Policy policy = elastic_policy();
  Rule& ahead = policy.rules.emplace_back();
  ahead.name = "grow-cpu-ahead";
  ahead.metric = Resource::kCpu;
  ahead.quantile = 0.95;
  ahead.horizon = w.s.horizons[1];
  ahead.threshold = 0.9;
  ahead.target = 0.8;
  for (int i = 0; i < 2; ++i) {
    Vm& vm = w.add(0, 500, 190);
    vm.allocation[Resource::kMemory] = (128_MiB).count();
    vm.used[index(Resource::kMemory)] = 60.0 * (1 << 20);
    foresee(vm, Resource::kMemory, Band::certain(60.0 * (1 << 20)));
    vm.ceiling = Resources(1000_mcores, 384_MiB, 100_MBps, 100_MBps);
    vm.memory.resize(1);
  }
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kStartHost), 0U);
  for (Vm& vm : w.s.vms) foresee(vm, Resource::kCpu, Band::certain(630));
  const Plan plan = make_plan(w.s, policy);
  EXPECT_TRUE(check_plan(w.s, plan).empty());
  EXPECT_EQ(count(plan, ActionKind::kStartHost), 1U);
}

// A VM that would overload the only host that is off, too, does not go there: starting it would help nobody, and it would
// be stopped and started again for ever.
TEST(Hosts, NoneIsStartedThatCouldNotTakeTheVmItIsFor) {
  TestWorld w(2);
  w.s.hosts[0].physical[Resource::kCpu] = 16'000;
  w.s.hosts[1].power = PowerState::kOff;
  w.s.hosts[1].overcommit[index(Resource::kCpu)] = 2;
  w.s.hosts[0].overcommit[index(Resource::kCpu)] = 2;
  for (int i = 0; i < 2; ++i) w.add(0, 12'000, 11'900).ceiling[Resource::kCpu] = 12'000;
  Policy policy = elastic_policy();
  policy.priced->usd_per_overloaded_vm_hour = 10;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kStartHost), 0U);
  w.s.hosts[1].physical[Resource::kCpu] = 14'000;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kStartHost), 1U);
}

// Four VMs with two and a half cores fit one host only when they do with one each, and cores dear enough make them. That
// lets through 4 x 0.19 x 5 times the price of an overloaded VM-hour: 1.35 or 0.77 USD; the host costs 1.
TEST(Hosts, OneStaysWhenTheOverloadItSparesIsWorthMoreThanItsPrice) {
  Band sometimes;
  sometimes.at = {900, 900, 900, 900, 2400, 2400, 2400, 2400};
  const TestWorld w = two_hosts_with_two_each(sometimes);
  Policy policy = policy_of_limits(0.35);
  policy.priced->minutes_lost_per_breach = 0;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kMigrate), 0U);
  policy.priced->usd_per_overloaded_vm_hour = 0.2;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kMigrate), 2U);
}

// Two and a half cores each would fit one host only for three of four.
TEST(Hosts, OneStaysWhenWhatTheOthersHaveWouldBeTooDear) {
  Band often;
  often.at = {900, 900, 2400, 2400, 2400, 2400, 2400, 2400};
  TestWorld w = two_hosts_with_two_each(often);
  for (Vm& vm : w.s.vms) vm.allocation[Resource::kMemory] = (3_GiB + 256_MiB).count();
  Policy policy = policy_of_limits(1);
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kMigrate), 0U);
  policy.priced->usd_per_overloaded_vm_hour = 0.1;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kMigrate), 2U);
}

// Three cores are free there, and the VM that is there is about to want one and a half of them.
TEST(Hosts, WhatNewNeighboursAreAboutToWantIsNotGivenToThoseWhoCome) {
  TestWorld w(2);
  w.s.taken_at = on_the_hour();
  w.add(0, 2000, 1990);
  Vm& neighbour = w.add(1, 5000, 6490);
  Policy policy = elastic_policy();
  policy.priced->most_share = 1;  // the price alone must not see to it
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kMigrate), 0U);
  foresee(neighbour, Resource::kCpu, Band::certain(4990));
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kMigrate), 1U);
}

TEST(Hosts, AnEmptyOneIsNotFilledOnlyToEmptyAnother) {
  TestWorld w(2);
  w.s.taken_at = on_the_hour();
  w.add(0, 1000, 990);
  EXPECT_EQ(count(make_plan(w.s, elastic_policy()), ActionKind::kMigrate), 0U);
}

TEST(Hosts, OneWhoseVmsAreStillLeavingTakesNobodyIn) {
  TestWorld w(2);
  w.add(0, 1000, 990);
  w.add(1, 4000, 6000);
  w.add(1, 4000, 3900);
  EXPECT_EQ(count(make_plan(w.s, elastic_policy()), ActionKind::kMigrate), 1U);
  InFlight leaving;
  leaving.action.kind = ActionKind::kMigrate;
  leaving.action.vm = w.s.vms[0].id;
  leaving.action.from = w.s.hosts[0].id;
  leaving.action.to = w.s.hosts[1].id;
  leaving.action.reason.code = ReasonCode::kConsolidation;
  w.s.vms[0].action_in_flight = true;
  w.s.in_flight.push_back(leaving);
  EXPECT_EQ(count(make_plan(w.s, elastic_policy()), ActionKind::kMigrate), 0U);
}

}  // namespace
}  // namespace headroom
