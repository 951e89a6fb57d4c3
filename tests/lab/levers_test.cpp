// What LibvirtPool changes, seen by the guest itself and not only by what libvirt says of it.
#include <cmath>

#include "pool_lab.h"

namespace headroom::lab {
namespace {

using std::chrono::seconds;

class LabLever : public PoolLab {
 protected:
  // Millicores that the guest gets over some 25 periods of its quota.
  long used_millicores(const std::string& vm) const {
    const Stop never;
    const long before = lab.cpu_ms(vm);
    const Stopwatch watch;
    never.wait_for(std::chrono::milliseconds(2500));
    return std::lround(static_cast<double>(lab.cpu_ms(vm) - before) / watch.seconds());
  }
  // What the guest told libvirt last that it can do without.
  long spare_kb(const std::string& vm) const {
    const std::string told = lab.say(fmt::format("virsh {} dommemstat {}", lab.where(vm), vm));
    const auto at = told.find("usable ");
    return at == std::string::npos ? 0 : std::stol(told.substr(at + 7));
  }
  // To the pool, which begins anew with each test and measures from its second look on.
  bool reports(const std::string& name) {
    look();
    return vm(name).guest_statistics;
  }
  void expect_done(const Action& action) {
    const Progress end = carry_out(action);
    EXPECT_EQ(end.state, ActionState::kDone) << end.message;
    look();
    EXPECT_EQ(vm("vm2").allocation, action.after);
  }
};

TEST_F(LabLever, HostsAndGuestsAreFound) {
  EXPECT_EQ(seen_.hosts.size(), 2U);
  EXPECT_EQ(seen_.vms.size(), 2U);
  for (const char* name : {"vm1", "vm2"}) {
    EXPECT_EQ(vm(name).mobility, Mobility::kLive) << vm(name).mobility_reason;
    EXPECT_EQ(vm(name).uuid, lab.say(std::string("uuid ") + name));
    EXPECT_EQ(vm(name).host, host(lab.where(name)).id);
    EXPECT_EQ(vm(name).allocation.memory(), 128_MiB);
    EXPECT_EQ(vm(name).owner, "");
  }
  EXPECT_THAT(pool_->last_round().seen.troubles, ::testing::IsEmpty());
}

TEST_F(LabLever, WhatGuestsDoIsMeasured) {
  lab.say("load vm2 300 40 2000");
  const Stop never;
  (void)pool_->samples();
  std::optional<Sample> seen;
  ASSERT_TRUE(within(seconds(5), [&] {
    never.wait_for(seconds(2));
    look();
    const auto samples = pool_->samples();
    for (const VmSample& s : *samples)
      if (s.vm == vm("vm2").id) seen = s.sample;
    return seen && std::abs(seen->used[index(Resource::kCpu)] - 300) < 60 && seen->used[index(Resource::kMemory)] > 50e6;
  })) << "cpu " << (seen ? seen->used[index(Resource::kCpu)] : -1);
  EXPECT_NEAR(seen->used[index(Resource::kDisk)], 2e6, 0.4e6);
  EXPECT_TRUE(seen->guest_statistics);
  lab.say("load vm2 none");
}

TEST_F(LabLever, QuotaIsWhatTheGuestGets) {
  if (const std::string why = lab.why_no_quotas(); !why.empty()) GTEST_SKIP() << why;
  lab.say("load vm2 1000 0");
  expect_done(resize("vm2", 250));
  EXPECT_THAT(used_millicores("vm2"), ::testing::AllOf(::testing::Gt(150), ::testing::Lt(300)));
  expect_done(resize("vm2", 750));
  // How much more depends on who else wants the machine.
  EXPECT_THAT(used_millicores("vm2"), ::testing::AllOf(::testing::Gt(330), ::testing::Lt(810)));
  lab.say("load vm2 none");
  expect_done(resize("vm2", 500));
}

TEST_F(LabLever, VirtioMemIsSeenByTheGuest) {
  const long before = lab.status("vm2").at("memory_total_kb");
  expect_done(resize("vm2", {}, 256));
  EXPECT_EQ(lab.status("vm2").at("memory_total_kb").get<long>() - before, 128 * 1024);
  ASSERT_TRUE(within(seconds(20), [&] { return spare_kb("vm2") > 140 * 1024 && reports("vm2"); })) << "its new memory is not told";
  expect_done(resize("vm2", {}, 128));
  EXPECT_EQ(lab.status("vm2").at("memory_total_kb").get<long>(), before);
}

TEST_F(LabLever, BalloonTakesAndGives) {
  const long before = lab.status("vm2").at("memory_total_kb");
  ASSERT_TRUE(within(seconds(20), [&] { return reports("vm2"); }));
  expect_done(resize("vm2", {}, 112));
  EXPECT_LE(lab.status("vm2").at("memory_available_kb").get<long>(), before - 16 * 1024);
  expect_done(resize("vm2", {}, 128));
}

// Last: an emulated guest does not give a vCPU back.
TEST_F(LabLever, VcpuIsSwitchedOnByTheGuest) {
  if (const std::string why = lab.why_no_quotas(); !why.empty()) GTEST_SKIP() << why;
  expect_done(resize("vm2", 1500));
  EXPECT_EQ(lab.status("vm2").at("cpus"), 2);
  lab.say("fault guest vm2");
  lab.say("repair guest vm2 h2");
}

}  // namespace
}  // namespace headroom::lab
