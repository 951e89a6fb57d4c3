#include "headroom/planner/what_if.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "world.h"

namespace headroom {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Placed& placed(const WhatIf& answer, const std::string& vm) {
  const auto found = std::find_if(answer.placed.begin(), answer.placed.end(), [&](const Placed& p) { return p.vm == vm; });
  EXPECT_NE(found, answer.placed.end()) << vm;
  return *found;
}

std::vector<std::string> names(const std::vector<HostChoice>& hosts) {
  std::vector<std::string> all;
  for (const HostChoice& h : hosts) all.push_back(h.host);
  return all;
}

// Nobody wants another size: what is planned is about hosts only.
Policy calm() {
  Policy policy;
  policy.hosts.may_migrate = true;
  return policy;
}
Policy calm_with_power() {
  Policy policy = calm();
  policy.hosts.may_power = true;
  return policy;
}

// Three hosts of 8 cores and 32 GiB; two VMs of 2 cores and 4 GiB on each of the first two.
TestWorld three_hosts() {
  TestWorld w(3);
  for (std::size_t h : {0U, 0U, 1U, 1U}) w.add(h, 2000, 1000);
  for (Host& host : w.s.hosts) host.type = "small";
  return w;
}

void expect_all_somewhere(const Snapshot& s, const std::vector<std::string>& not_on = {}) {
  for (const Vm& vm : s.vms) {
    ASSERT_NE(s.find(vm.host), nullptr) << vm.name;
    EXPECT_THAT(not_on, ::testing::Not(::testing::Contains(s.find(vm.host)->name))) << vm.name;
  }
}

TEST(WhatIf, WithoutChangesIsTheFleetAsItIsAndThePlanThatWouldBeMade) {
  TestWorld w = three_hosts();
  foresee(w.s.vms[0], Resource::kCpu, Band::certain(2600));
  const WhatIf answer = what_if(w.s, priced_policy(), {}).value();
  const Plan plan = make_plan(w.s, priced_policy());
  ASSERT_FALSE(plan.actions.empty());
  for (const Plan* told : {&answer.plan_before, &answer.plan}) {
    ASSERT_EQ(told->actions.size(), plan.actions.size());
    EXPECT_EQ(told->actions[0].vm, plan.actions[0].vm);
    EXPECT_EQ(told->actions[0].after, plan.actions[0].after);
  }
  EXPECT_TRUE(answer.placed.empty());
  EXPECT_EQ(answer.before.vms, 4U);
  EXPECT_EQ(answer.after.vms, 4U);
  EXPECT_EQ(answer.before.takes_more, answer.after.takes_more);
  double more = 0;
  for (const Action& a : plan.actions)
    for (Resource r : kAllResources)
      more += static_cast<double>(a.after[r] - a.before[r]) * priced_policy().priced->usd_per_unit_hour[index(r)];
  EXPECT_NEAR(answer.planned.allocation_usd_per_hour, answer.after.allocation_usd_per_hour + more, 1e-9);
}

TEST(WhatIf, EveryVmOfALostHostStartsElsewhereTheBiggestMemoryFirst) {
  TestWorld w = three_hosts();
  w.s.vms[1].allocation[Resource::kMemory] = (6_GiB).count();
  const WhatIf answer = what_if(w.s, calm(), {LoseHost{"h0"}}).value();
  ASSERT_EQ(answer.placed.size(), 2U);
  EXPECT_EQ(answer.placed[0].vm, "vm1");
  EXPECT_EQ(answer.placed[1].vm, "vm0");
  for (const Placed& p : answer.placed) {
    EXPECT_EQ(p.from, "h0");
    EXPECT_FALSE(p.to.empty());
    EXPECT_FALSE(p.live);
  }
  EXPECT_EQ(answer.without_room(), 0U);
  EXPECT_EQ(answer.changed.vms.size(), 4U);
  EXPECT_EQ(answer.changed.hosts.size(), 3U);
  expect_all_somewhere(answer.changed, {"h0"});
  EXPECT_EQ(answer.before.hosts_on, 3U);
  EXPECT_EQ(answer.after.hosts_on, 2U);
  EXPECT_DOUBLE_EQ(answer.before.host_usd_per_hour - answer.after.host_usd_per_hour, 1);
  EXPECT_LT(answer.after.takes_more, answer.before.takes_more);
}

TEST(WhatIf, SaysWhoFindsNoRoomAndWhatIsLacking) {
  TestWorld w(2);
  for (std::size_t h : {0U, 0U, 1U, 1U}) w.add(h, 1000, 500).allocation[Resource::kMemory] = (12_GiB).count();
  const WhatIf answer = what_if(w.s, calm(), {LoseHost{"h0"}}).value();
  EXPECT_EQ(answer.without_room(), 2U);
  const Placed& vm = placed(answer, "vm0");
  EXPECT_TRUE(vm.to.empty());
  EXPECT_FALSE(vm.stays);
  // 32 GiB less 24, less the twentieth that stays free.
  EXPECT_EQ(vm.why, "too little memory on 1 of 1 running hosts (12 GiB wanted, 6.4 GiB the most that is free, on h1); 1 failed");
  EXPECT_EQ(answer.after.vms, 2U);
  EXPECT_EQ(answer.changed.vms.size(), 2U);
}

TEST(WhatIf, EveryResourceThatIsLackingIsNamedNotOnlyTheFirst) {
  TestWorld w(2);
  for (std::size_t h : {0U, 1U}) w.add(h, 6000, 500).allocation[Resource::kMemory] = (20_GiB).count();
  const WhatIf answer = what_if(w.s, calm(), {LoseHost{"h0"}}).value();
  EXPECT_THAT(placed(answer, "vm0").why, ::testing::AllOf(HasSubstr("too little cpu on 1 of 1"), HasSubstr("too little memory on 1 of 1")));
}

TEST(WhatIf, ANewVmOnAHostThatIsThenDrainedIsStillStartedAndNotMoved) {
  TestWorld w(2);
  w.add(0, 2000, 1000);
  const WhatIf answer = what_if(w.s, calm(), {AddVms{"vm0", {}, 1}, DrainHost{"h0"}}).value();
  EXPECT_EQ(placed(answer, "new-1").to, "h1");
  EXPECT_FALSE(placed(answer, "new-1").live);
  EXPECT_TRUE(placed(answer, "vm0").live);
}

TEST(WhatIf, WhoFoundNoRoomIsTriedAgainAfterEachLaterChange) {
  TestWorld w(2);
  for (std::size_t h : {0U, 0U, 1U, 1U}) w.add(h, 1000, 500).allocation[Resource::kMemory] = (12_GiB).count();
  const WhatIf answer = what_if(w.s, calm(), {LoseHost{"h0"}, AddHosts{"h1"}}).value();
  EXPECT_EQ(answer.without_room(), 0U);
  EXPECT_EQ(answer.placed.size(), 2U);
  EXPECT_EQ(placed(answer, "vm0").to, "h1-new-1");
  EXPECT_EQ(placed(answer, "vm0").why, "");
  EXPECT_EQ(answer.changed.vms.size(), 4U);
}

// Starting the host that is off would do as well; but one is added.
TEST(WhatIf, NoHostIsStartedForWhoFindsRoomByALaterChange) {
  TestWorld w(2);
  w.add(0, 6000, 5000);
  w.s.hosts[1].power = PowerState::kOff;
  const WhatIf answer = what_if(w.s, calm_with_power(), {LoseHost{"h0"}, AddHosts{"h1"}}).value();
  EXPECT_EQ(placed(answer, "vm0").to, "h1-new-1");
  EXPECT_FALSE(placed(answer, "vm0").starts_host);
  EXPECT_EQ(answer.after.hosts_on, 1U);
}

TEST(WhatIf, AHostThatIsOffIsStartedWhereNoneThatRunsWillDoAndThePolicyMay) {
  TestWorld w(4);
  for (std::size_t h : {0U, 1U}) w.add(h, 6000, 5000);
  w.s.hosts[2].power = w.s.hosts[3].power = PowerState::kOff;
  w.s.hosts[3].price.usd_per_hour = 0.5;
  const WhatIf answer = what_if(w.s, calm_with_power(), {LoseHost{"h0"}}).value();
  EXPECT_EQ(placed(answer, "vm0").to, "h3");
  EXPECT_TRUE(placed(answer, "vm0").starts_host);
  EXPECT_EQ(answer.after.hosts_on, 2U);
  const WhatIf fixed = what_if(w.s, calm(), {LoseHost{"h0"}}).value();
  EXPECT_EQ(fixed.without_room(), 1U);
  EXPECT_THAT(placed(fixed, "vm0").why, HasSubstr("2 off;"));
  w.s.vms[0].allocation[Resource::kMemory] = (40_GiB).count();
  const WhatIf giant = what_if(w.s, calm_with_power(), {LoseHost{"h0"}}).value();
  EXPECT_THAT(placed(giant, "vm0").why, HasSubstr("2 off that would not do either"));
}

// Several at once, where a round of the planner would start one.
TEST(WhatIf, AsManyHostsAreStartedAsTheLostOnesVmsNeed) {
  TestWorld w(4);
  for (int i = 0; i < 2; ++i) w.add(0, 4000, 3900).allocation[Resource::kMemory] = (20_GiB).count();
  for (std::size_t h : {1U, 2U, 3U}) w.s.hosts[h].power = PowerState::kOff;
  const WhatIf answer = what_if(w.s, calm_with_power(), {LoseHost{"h0"}}).value();
  EXPECT_EQ(answer.without_room(), 0U);
  EXPECT_NE(placed(answer, "vm0").to, placed(answer, "vm1").to);
  EXPECT_EQ(answer.after.hosts_on, 2U);
}

TEST(WhatIf, AVmThatIsBoundToALostHostIsLostWithItAndSaysWhy) {
  TestWorld w = three_hosts();
  w.s.vms[0].mobility = Mobility::kImmovable;
  w.s.vms[0].mobility_reason = "vfio device 0000:3b:00.0";
  w.s.vms[1].mobility = Mobility::kCold;
  const WhatIf answer = what_if(w.s, calm(), {LoseHost{"h0"}}).value();
  EXPECT_THAT(placed(answer, "vm0").why, HasSubstr("vfio device 0000:3b:00.0"));
  EXPECT_FALSE(placed(answer, "vm1").to.empty());
  EXPECT_EQ(answer.changed.vms.size(), 3U);
}

TEST(WhatIf, ADrainedHostsVmsMoveLiveAndWhoMayNotStays) {
  TestWorld w = three_hosts();
  w.s.vms[0].mobility = Mobility::kCold;
  w.s.vms[0].mobility_reason = "local disk vda";
  const WhatIf answer = what_if(w.s, calm(), {DrainHost{"h0"}}).value();
  EXPECT_TRUE(placed(answer, "vm1").live);
  EXPECT_FALSE(placed(answer, "vm1").to.empty());
  EXPECT_TRUE(placed(answer, "vm0").stays);
  EXPECT_THAT(placed(answer, "vm0").why, HasSubstr("local disk vda"));
  EXPECT_EQ(answer.changed.vms.size(), 4U);
  EXPECT_EQ(answer.changed.find(w.s.vms[0].id)->host, w.s.hosts[0].id);
  EXPECT_FALSE(answer.changed.hosts[0].accepts_vms);
  EXPECT_EQ(answer.changed.hosts[0].power, PowerState::kOn);
}

TEST(WhatIf, AForeignVmIsLeftToItsOwnerByADrainAndKeepsItsOwnerWhereItRestarts) {
  TestWorld w = three_hosts();
  w.s.vms[0].owner = "nova";
  w.s.vms[1].level = AutomationLevel::kObserve;
  const WhatIf drained = what_if(w.s, calm(), {DrainHost{"h0"}}).value();
  EXPECT_THAT(placed(drained, "vm0").why, HasSubstr("belongs to nova"));
  EXPECT_FALSE(placed(drained, "vm1").to.empty()) << "a person drains, whatever Headroom may do alone";
  const WhatIf lost = what_if(w.s, calm(), {LoseHost{"h0"}}).value();
  EXPECT_EQ(lost.changed.find(w.s.vms[0].id)->owner, "nova");
  EXPECT_EQ(lost.changed.find(w.s.vms[1].id)->level, AutomationLevel::kObserve);
}

TEST(WhatIf, AVmThatLosesItsPlaceTwiceIsToldOnceFromWhereItWasToWhereItEnds) {
  const TestWorld w = three_hosts();
  const std::string first = placed(what_if(w.s, calm(), {LoseHost{"h0"}}).value(), "vm0").to;
  const WhatIf answer = what_if(w.s, calm(), {LoseHost{"h0"}, LoseHost{first}}).value();
  EXPECT_EQ(std::count_if(answer.placed.begin(), answer.placed.end(), [](const Placed& p) { return p.vm == "vm0"; }), 1);
  EXPECT_EQ(placed(answer, "vm0").from, "h0");
  EXPECT_NE(placed(answer, "vm0").to, first);
}

TEST(WhatIf, WhatIsUnderWayOnAHostEndsWhenItIsDrainedAndNeverWhenItIsLost) {
  TestWorld w = three_hosts();
  InFlight leaving{{ActionKind::kMigrate, w.s.vms[0].id, w.s.hosts[0].id, w.s.hosts[2].id, w.s.vms[0].allocation,
                    w.s.vms[0].allocation, {}}, w.s.taken_at};
  InFlight coming{{ActionKind::kMigrate, w.s.vms[2].id, w.s.hosts[1].id, w.s.hosts[0].id, w.s.vms[2].allocation,
                   w.s.vms[2].allocation, {}}, w.s.taken_at};
  w.s.in_flight = {leaving, coming};
  w.s.vms[0].action_in_flight = w.s.vms[2].action_in_flight = true;
  const WhatIf drained = what_if(w.s, calm(), {DrainHost{"h0"}}).value();
  EXPECT_EQ(drained.placed.size(), 1U);
  EXPECT_EQ(drained.changed.find(w.s.vms[0].id)->host, w.s.hosts[2].id);
  const WhatIf lost = what_if(w.s, calm(), {LoseHost{"h0"}}).value();
  EXPECT_EQ(lost.placed.size(), 2U);
  for (const WhatIf* answer : {&drained, &lost}) {
    EXPECT_TRUE(answer->changed.in_flight.empty());
    EXPECT_EQ(answer->changed.find(w.s.vms[2].id)->host, w.s.hosts[1].id);
    EXPECT_FALSE(answer->changed.find(w.s.vms[2].id)->action_in_flight);
  }
}

TEST(WhatIf, MoreLoadMakesTheVmsItIsAboutGrowAndNoOthers) {
  TestWorld w = three_hosts();
  ScaleLoad load;
  load.factor = 2.3;
  load.vms = "vm?";
  load.resources = {true, false, false, false};
  w.s.vms[3].name = "db";
  const WhatIf answer = what_if(w.s, priced_policy(), {load}).value();
  EXPECT_EQ(count(answer.plan, ActionKind::kResize), 4U) << "three grow, the fourth is the size it was to be anyway";
  for (const Action& a : answer.plan.actions)
    if (a.vm != w.s.vms[3].id) {
      EXPECT_GT(a.after.cpu(), a.before.cpu());
      EXPECT_EQ(a.after.memory(), a.before.memory());
    } else {
      EXPECT_LT(a.after.cpu(), a.before.cpu());
    }
  EXPECT_DOUBLE_EQ(answer.changed.vms[0].used[index(Resource::kCpu)], 2000) << "no more than it was given";
  EXPECT_DOUBLE_EQ(answer.changed.vms[0].used[index(Resource::kMemory)], w.s.vms[0].used[index(Resource::kMemory)]);
}

TEST(WhatIf, NoVmIsThoughtToUseMoreThanItsCeilingHoweverMuchTheLoadGrows) {
  const TestWorld w = three_hosts();
  const WhatIf answer = what_if(w.s, calm(), {ScaleLoad{100}}).value();
  for (const Vm& vm : answer.changed.vms)
    for (Resource r : kAllResources)
      for (const Outlook& o : vm.forecast.outlook[index(r)]) EXPECT_LE(o.peak.at.back(), static_cast<float>(vm.ceiling[r]));
}

TEST(WhatIf, TheHostsThatMoreLoadBringsOverTheirRiskAreNamed) {
  TestWorld w(1);
  for (int i = 0; i < 3; ++i) w.add(0, 4000, 2000);
  const WhatIf answer = what_if(w.s, calm(), {ScaleLoad{1.5}}).value();
  EXPECT_TRUE(answer.before.over_risk.empty());
  ASSERT_EQ(answer.after.over_risk.size(), 1U);
  EXPECT_EQ(answer.after.over_risk[0].host, "h0");
  EXPECT_GT(answer.after.over_risk[0].risk, 0.9);
}

TEST(WhatIf, ANewVmGoesWhereThePlannerWouldPutItAndEveryOtherHostHasItsReason) {
  TestWorld w(6);
  w.add(0, 2000, 1000);                                                     // room, the fuller one
  w.add(2, 2000, 1000).allocation[Resource::kMemory] = (29_GiB).count();    // no memory
  Vm& busy = w.add(3, 5000, 5000);                                          // no CPU to be sure of
  busy.allocation = Resources(5_cores, 2_GiB, 1_MBps, 1_MBps);
  w.s.hosts[3].overcommit[0] = 4;
  w.s.hosts[4].accepts_vms = false;
  w.s.hosts[5].power = PowerState::kOff;
  AddVms fresh;
  fresh.allocation = Resources(4_cores, 4_GiB);
  const WhatIf answer = what_if(w.s, calm(), {fresh}).value();
  EXPECT_EQ(placed(answer, "new-1").to, "h0");
  EXPECT_EQ(placed(answer, "new-1").from, "");
  ASSERT_EQ(answer.arrivals.size(), 1U);
  const Arrival& arrival = answer.arrivals[0];
  EXPECT_THAT(names(arrival.ranked), ElementsAre("h0", "h1"));
  EXPECT_THAT(names(arrival.refused), ElementsAre("h2", "h3", "h4", "h5"));
  EXPECT_THAT(arrival.refused[0].refused, HasSubstr("memory: 4 GiB wanted, 1.4 GiB free"));
  EXPECT_THAT(arrival.refused[1].refused, HasSubstr("its CPU would be overloaded with a chance of 100 %"));
  EXPECT_THAT(arrival.refused[2].refused, HasSubstr("takes no VMs"));
  EXPECT_THAT(arrival.refused[3].refused, HasSubstr("it is off, and this policy starts no host"));
  EXPECT_EQ(answer.after.vms, 4U);
}

TEST(WhatIf, ANewVmLikeAnotherBringsItsForecastAndItsSize) {
  TestWorld w = three_hosts();
  foresee(w.s.vms[2], Resource::kCpu, Band::certain(1234));
  AddVms fresh;
  fresh.like = "vm2";
  fresh.count = 2;
  const WhatIf answer = what_if(w.s, calm(), {fresh}).value();
  ASSERT_EQ(answer.changed.vms.size(), 6U);
  for (std::size_t i : {4U, 5U}) {
    const Vm& vm = answer.changed.vms[i];
    EXPECT_EQ(vm.allocation, w.s.vms[2].allocation);
    EXPECT_EQ(vm.forecast.at(Resource::kCpu, 0).peak.at.back(), 1234);
    EXPECT_EQ(vm.forecast.vm, vm.id);
  }
  EXPECT_EQ(answer.changed.vms[5].name, "new-2");
  EXPECT_EQ(answer.arrivals.size(), 1U) << "the second is like the first";
}

TEST(WhatIf, ANewVmMayBringUpAHostThatIsOffWhereNoneThatRunsWillDo) {
  TestWorld w(2);
  w.add(0, 7000, 6900);
  w.s.hosts[1].power = PowerState::kOff;
  AddVms fresh;
  fresh.allocation = Resources(4_cores, 4_GiB);
  const WhatIf answer = what_if(w.s, calm_with_power(), {fresh}).value();
  ASSERT_EQ(answer.arrivals.size(), 1U);
  ASSERT_EQ(answer.arrivals[0].ranked.size(), 1U);
  EXPECT_TRUE(answer.arrivals[0].ranked[0].start);
  EXPECT_TRUE(placed(answer, "new-1").starts_host);
  EXPECT_EQ(placed(answer, "new-1").to, "h1");
}

// What is counted by formula, and what is placed one by one.
TEST(WhatIf, TheFleetTakesAsManyMoreVmsLikeTheTypicalOneAsItSays) {
  TestWorld w(3);
  Band seldom;
  seldom.at = {200, 300, 400, 500, 700, 900, 1400, 2000};
  for (std::size_t h : {0U, 0U, 1U, 1U, 1U}) foresee(w.add(h, 2000, 300), Resource::kCpu, seldom);
  for (Host& host : w.s.hosts) host.overcommit[0] = 4;
  const WhatIf before = what_if(w.s, calm(), {}).value();
  ASSERT_GT(before.before.takes_more, 5U);
  EXPECT_EQ(before.typical_vm, "vm2");
  AddVms fresh;
  fresh.like = before.typical_vm;
  fresh.count = before.before.takes_more + 1;
  const WhatIf full = what_if(w.s, calm(), {fresh}).value();
  EXPECT_EQ(full.without_room(), 1U);
  EXPECT_EQ(full.after.takes_more, 0U);
}

TEST(WhatIf, AnAddedHostIsLikeTheOneNamedAndEmpty) {
  TestWorld w = three_hosts();
  w.s.hosts[1].type = "big";
  w.s.hosts[1].physical = Resources(32_cores, 128_GiB, 1000_MBps, 1000_MBps);
  const WhatIf answer = what_if(w.s, calm(), {AddHosts{"big", 2}}).value();
  ASSERT_EQ(answer.changed.hosts.size(), 5U);
  EXPECT_EQ(answer.changed.hosts[3].name, "big-new-1");
  EXPECT_EQ(answer.changed.hosts[4].physical, w.s.hosts[1].physical);
  EXPECT_EQ(answer.after.hosts_on, 5U);
  EXPECT_DOUBLE_EQ(answer.after.host_usd_per_hour, 5);
  EXPECT_GT(answer.after.takes_more, answer.before.takes_more);
}

TEST(WhatIf, WhatIsPlannedPassesTheCheckerWhateverChanged) {
  TestWorld w = three_hosts();
  w.s.taken_at = on_the_hour();
  const std::vector<std::vector<Change>> all{
      {LoseHost{"h0"}}, {DrainHost{"h1"}}, {ScaleLoad{3}}, {ScaleLoad{0.1}}, {AddHosts{"h0", 3}}, {AddVms{"vm0", {}, 9}},
      {LoseHost{"h0"}, ScaleLoad{2}, DrainHost{"h1"}, AddVms{"vm3", {}, 2}, AddHosts{"small"}}};
  for (const auto& changes : all) {
    const WhatIf answer = what_if(w.s, elastic_policy(), changes).value();
    EXPECT_THAT(check_plan(answer.changed, answer.plan), IsEmpty());
    expect_all_somewhere(answer.changed);
  }
}

TEST(WhatIf, EqualQuestionsGetEqualAnswersAndTheSnapshotIsLeftAlone) {
  const TestWorld w = three_hosts();
  const std::vector<Change> changes{LoseHost{"h0"}, AddVms{"vm2", {}, 5}, ScaleLoad{1.3}};
  const WhatIf a = what_if(w.s, elastic_policy(), changes).value(), b = what_if(w.s, elastic_policy(), changes).value();
  ASSERT_EQ(a.placed.size(), b.placed.size());
  for (std::size_t i = 0; i < a.placed.size(); ++i) EXPECT_EQ(a.placed[i].to, b.placed[i].to);
  ASSERT_EQ(a.plan.actions.size(), b.plan.actions.size());
  for (std::size_t i = 0; i < a.plan.actions.size(); ++i) EXPECT_EQ(a.plan.actions[i].after, b.plan.actions[i].after);
}

TEST(WhatIf, ABadChangeIsRefusedInASentenceThatNamesItAndTheMend) {
  const TestWorld w = three_hosts();
  const auto refused = [&](const Change& change) { return what_if(w.s, calm(), {change}).error(); };
  EXPECT_EQ(refused(LoseHost{"h9"}).code, ErrorCode::kNotFound);
  EXPECT_EQ(refused(LoseHost{"h9"}).message, "lose-host: no host is called 'h9'; there is h0, h1, h2");
  EXPECT_EQ(refused(LoseHost{""}).code, ErrorCode::kNotFound);
  EXPECT_EQ(refused(DrainHost{"h9"}).code, ErrorCode::kNotFound);
  EXPECT_EQ(refused(AddHosts{"huge"}).message, "add-host: 'huge' is no host and no type of one; there is small");
  EXPECT_EQ(refused(AddHosts{"small", 0}).code, ErrorCode::kInvalid);
  EXPECT_EQ(refused(AddHosts{"small", 1001}).message, "add-host: 1001 is not 1 to 1000");
  EXPECT_EQ(refused(ScaleLoad{-0.1}).code, ErrorCode::kInvalid);
  EXPECT_EQ(refused(ScaleLoad{101}).message, "load: 101 times the load is not 0 to 100 times");
  EXPECT_EQ(refused(ScaleLoad{2, "web*"}).code, ErrorCode::kNotFound);
  EXPECT_EQ(refused(AddVms{"web", {}, 1}).message, "new-vm: no VM is called 'web'; there is vm0, vm1, vm2, vm3");
  EXPECT_THAT(refused(AddVms{{}, Resources(2_cores), 1}).message, HasSubstr("needs cpu and memory"));
  EXPECT_EQ(what_if(w.s, calm(), {LoseHost{"h0"}, LoseHost{"h0"}}).error().message, "lose-host: h0 has failed already");
  EXPECT_EQ(what_if(w.s, calm(), std::vector<Change>(17, ScaleLoad{1})).error().code, ErrorCode::kInvalid);
}

TEST(WhatIf, AFleetWithoutVmsOrHostsHasAnAnswerToo) {
  TestWorld none(0), empty(2);
  EXPECT_EQ(what_if(none.s, calm(), {}).value().before.hosts_on, 0U);
  EXPECT_EQ(what_if(empty.s, calm(), {}).value().typical_vm, "");
  AddVms fresh;
  fresh.allocation = Resources(1_cores, 1_GiB);
  EXPECT_EQ(what_if(none.s, calm(), {fresh}).value().without_room(), 1U);
  EXPECT_EQ(what_if(empty.s, calm(), {LoseHost{"h0"}, fresh}).value().placed.at(0).to, "h1");
}

}  // namespace
}  // namespace headroom
