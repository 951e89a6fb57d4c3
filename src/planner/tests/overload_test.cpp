// Hosts whose VMs together want more CPU than they deliver: who leaves, who does not come, and what one more host is worth.
#include <gtest/gtest.h>

#include "headroom/planner/make_plan.h"
#include "world.h"

namespace headroom {
namespace {

// VMs of that size and demand on a host of eight cores; what they have together may be more.
void fill(TestWorld& w, std::size_t host, int vms, std::int64_t cores_m) {
  w.s.hosts[host].overcommit[index(Resource::kCpu)] = 3;
  for (int i = 0; i < vms; ++i)
    w.add(host, cores_m, static_cast<double>(cores_m)).allocation =
        Resources(MilliCores(cores_m), 3_GiB + 256_MiB, 1_MBps, 1_MBps);
}

Policy at_price(double usd_per_overloaded_vm_hour) {
  Policy policy = elastic_policy();
  policy.priced->usd_per_overloaded_vm_hour = usd_per_overloaded_vm_hour;
  return policy;
}

}  // namespace

// Four VMs want ten cores of a host that delivers eight, within their limits; the only other host is off.
TEST(OverloadedHost, IsWorthOneMoreWhenItCanSendNobodyAway) {
  TestWorld w(2);
  w.s.hosts[0].overcommit[index(Resource::kCpu)] = 2;
  w.s.hosts[1].power = PowerState::kOff;
  for (int i = 0; i < 4; ++i) w.add(0, 2500, 2500).allocation = Resources(MilliCores(2500), 3_GiB + 256_MiB, 1_MBps, 1_MBps);
  Policy policy = elastic_policy();
  policy.priced->usd_per_overloaded_vm_hour = 0.012;  // four VMs at a weight of 5, five times: 1.2 USD; the host costs 1
  const Plan plan = make_plan(w.s, policy);
  ASSERT_EQ(count(plan, ActionKind::kStartHost), 1U);
  EXPECT_EQ(plan.actions.back().reason.code, ReasonCode::kNeedCapacity);
  EXPECT_NEAR(plan.actions.back().reason.demand, 10'000, 1);
  policy.priced->usd_per_overloaded_vm_hour = 0.008;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kStartHost), 0U);
  policy.priced->usd_per_overloaded_vm_hour = 0.012;
  w.s.hosts[1].power = PowerState::kOn;
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kMigrate), 1U);
}

// Ten VMs want ten cores of nine: no single one leaving cures that, and yet one goes, so that a host started for them is
// of use and not stopped again.
TEST(OverloadedHost, IsLeftByAVmAlsoWhenThatIsNotEnough) {
  TestWorld w(2);
  w.s.hosts[0].overcommit[index(Resource::kCpu)] = 2;
  w.s.hosts[1].power = PowerState::kOff;
  Band band;
  band.at = {900, 1000, 1000, 1000, 1000, 1000, 1000, 1100};
  for (int i = 0; i < 10; ++i) {
    Vm& vm = w.add(0, 1250, 1000);
    vm.allocation = Resources(MilliCores(1250), 3_GiB + 256_MiB, 1_MBps, 1_MBps);
    foresee(vm, Resource::kCpu, band);
  }
  w.s.hosts[0].physical[Resource::kCpu] = 9000;
  w.s.hosts[0].physical[Resource::kMemory] = (64_GiB).count();
  Policy policy = elastic_policy();
  policy.priced->usd_per_overloaded_vm_hour = 1;
  const Plan plan = make_plan(w.s, policy);
  ASSERT_EQ(count(plan, ActionKind::kStartHost), 1U);
  w.s.hosts[1].power = PowerState::kOn;
  const Plan next = make_plan(w.s, policy);
  EXPECT_EQ(count(next, ActionKind::kMigrate), 1U);
  EXPECT_EQ(count(next, ActionKind::kStopHost), 0U);
}

// With sixteen cores wanted of eight it is as surely overloaded without any one of them.
TEST(OverloadedHost, IsLeftByAVmHoweverMuchItLacks) {
  TestWorld w(2);
  fill(w, 0, 4, 4000);
  const Plan plan = make_plan(w.s, at_price(0.1));
  ASSERT_EQ(count(plan, ActionKind::kMigrate), 1U);
  EXPECT_EQ(plan.actions.back().reason.code, ReasonCode::kHostOverload);
}

// A host shares its CPU out evenly: who wants less than an equal share gets it. Two VMs want more, twenty do not: 0.01 USD
// x 5 x 5 x 2 is not worth a host of 1 USD an hour, 0.03 is.
TEST(OverloadedHost, CountsByThoseItHoldsBackOnly) {
  TestWorld w(2);
  w.s.hosts[1].power = PowerState::kOff;
  fill(w, 0, 2, 4000);
  for (int i = 0; i < 20; ++i) {
    Vm& vm = w.add(0, 250, 200);
    vm.allocation = Resources(250_mcores, 512_MiB, 1_MBps, 1_MBps);
    vm.used[index(Resource::kMemory)] = 256.0 * (1 << 20);
    foresee(vm, Resource::kMemory, Band::certain(256.0 * (1 << 20)));
  }
  EXPECT_EQ(count(make_plan(w.s, at_price(0.01)), ActionKind::kStartHost), 0U);
  EXPECT_EQ(count(make_plan(w.s, at_price(0.03)), ActionKind::kStartHost), 1U);
}

// 0.006 USD x 5 x 5 x 4 VMs is 0.6 USD an hour for each of two hosts; one more costs 1.
TEST(OverloadedHost, CountsTogetherWithTheOthers) {
  TestWorld w(3);
  w.s.hosts[2].power = PowerState::kOff;
  fill(w, 0, 4, 2500);
  EXPECT_EQ(count(make_plan(w.s, at_price(0.006)), ActionKind::kStartHost), 0U);
  fill(w, 1, 4, 2500);
  EXPECT_EQ(count(make_plan(w.s, at_price(0.006)), ActionKind::kStartHost), 1U);
}

// It may have five cores of its host, but would not get them there.
TEST(OverloadedHost, IsLeftByAVmThatIsAboutToGrow) {
  TestWorld w(2);
  fill(w, 0, 1, 6000);
  w.add(0, 1000, 5000);
  const Plan plan = make_plan(w.s, at_price(0.3));
  ASSERT_EQ(count(plan, ActionKind::kMigrate), 1U);
  EXPECT_EQ(plan.actions.back().vm, VmId(1));
  EXPECT_GE(plan.actions.back().after.cpu(), 5_cores);
}

// There is room for one to have five of the eight cores.
TEST(OverloadedHost, IsNotMadeByTwoThatGrowAtOnce) {
  TestWorld w(2);
  w.s.hosts[0].overcommit[index(Resource::kCpu)] = 3;
  for (int i = 0; i < 2; ++i) w.add(0, 1000, 5000);
  const Plan plan = make_plan(w.s, at_price(0.3));
  EXPECT_EQ(count(plan, ActionKind::kResize), 1U);
  EXPECT_EQ(count(plan, ActionKind::kMigrate), 1U);
}

// It gets its little whatever the others want.
TEST(OverloadedHost, IsNotLeftByASmallVmThatIsAboutToGrow) {
  TestWorld w(2);
  fill(w, 0, 2, 6000);
  w.add(0, 250, 700);
  const Plan plan = make_plan(w.s, at_price(0.3));
  for (const Action& action : plan.actions)
    if (action.vm == VmId(2)) {
      EXPECT_EQ(action.kind, ActionKind::kResize);
    }
}

// All its eight cores are wanted, and nobody else is there to want one.
TEST(OverloadedHost, IsNotWhatASingleVmMakesOfAHostOfItsSize) {
  TestWorld w(2);
  w.s.hosts[1].overcommit[index(Resource::kCpu)] = 1.5;
  fill(w, 0, 2, 8000);
  EXPECT_EQ(count(make_plan(w.s, at_price(0.3)), ActionKind::kMigrate), 1U);
  w.s.vms[1].host = HostId(1);
  EXPECT_EQ(count(make_plan(w.s, at_price(0.3)), ActionKind::kMigrate), 0U);
}

}  // namespace headroom
