// With libvirt's test driver, whose world is one for the process, and a daemon that accepts and never answers.
#include "headroom/libvirt/policy_desk.h"

#include <gmock/gmock.h>
#include <libvirt/libvirt.h>

#include <thread>

#include "hanging_daemon.h"
#include "headroom/base/stop.h"
#include "headroom/libvirt/observer.h"

namespace headroom::libvirt {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

const std::string kWorld = "test:///default";
constexpr const char* kUuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";   // of its VM
constexpr const char* kNowhere = "aaaaaaaa-1111-4000-8000-000000000001";

// VMs on hosts, as a round might have seen them.
Observation seen(const std::vector<VmPlace>& places) {
  Observation o;
  for (const VmPlace& place : places) {
    const HostId host(static_cast<std::uint32_t>(o.inventory.hosts.size()));
    o.inventory.hosts.emplace_back();
    o.inventory.hosts.back().id = host;
    o.inventory.hosts.back().name = place.host;
    o.hosts.push_back({place.uri, nullptr, true});
    Vm vm;
    vm.id = VmId(static_cast<std::uint32_t>(o.inventory.vms.size()));
    vm.name = place.vm;
    vm.uuid = place.uuid;
    vm.host = host;
    vm.owner = place.owner;
    o.inventory.vms.push_back(vm);
  }
  return o;
}

struct PolicyDeskTest : ::testing::Test {
  ~PolicyDeskTest() override { EXPECT_TRUE(world->set_policy(kUuid, {})); }

  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
  std::unique_ptr<DomainMetadata> world = DomainMetadata::open(kWorld).value();   // it lives as long as somebody looks at it
  PolicyDesk desk{{}, clock};
};

TEST_F(PolicyDeskTest, ReadsAndChangesWhatIsInTheMetadata) {
  MemoryIdBook ids;
  Observer observer({kWorld}, {}, clock, ids);
  EXPECT_EQ(desk.get("test").error().message, "the hosts have not been asked for their VMs yet; ask again in a moment");
  desk.look(observer.observe().seen);
  const auto before = desk.get("test");
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_EQ(before->policy, VmPolicy{});
  EXPECT_EQ(before->place.uuid, kUuid);
  EXPECT_EQ(before->place.uri, kWorld);
  const auto changed = desk.change(kUuid, {.level = "observe", .ceiling = "cpu=2vCPU"});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->place.vm, "test");
  EXPECT_EQ(*world->policy(kUuid), changed->policy);
  EXPECT_EQ(desk.change("test", {.floor = "cpu=1vCPU"})->policy.ceiling[index(Resource::kCpu)], 2000) << "not given, so it stays";
  EXPECT_EQ(desk.get("test")->policy, *world->policy(kUuid));
  const auto wrong = desk.change("test", {.floor = "cpu=3vCPU"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(world->policy(kUuid)->floor[index(Resource::kCpu)], 1000) << "nothing was changed";
}

TEST_F(PolicyDeskTest, SaysWhichVmItCannotMean) {
  desk.look(seen({{"a", "u1", "h1", kWorld}, {"twin", "u2", "h1", kWorld}, {"twin", "u3", "h2", kWorld}, {"nova-1", kUuid, "h1", kWorld, "Nova"}, {"gone", kNowhere, "h1", kWorld}}));
  EXPECT_EQ(desk.get("none").error().message, "no VM is called 'none'");
  EXPECT_EQ(desk.get("none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(desk.get("twin").error().message, "2 VMs are called 'twin', on h1 and h2; give a UUID: u2 is one");
  const auto managed = desk.change("nova-1", {.level = "auto"});
  ASSERT_FALSE(managed);
  EXPECT_EQ(managed.error().code, ErrorCode::kRefused);
  EXPECT_EQ(managed.error().message, "VM nova-1 is managed by Nova, and its metadata is left alone");
  EXPECT_TRUE(desk.get("nova-1")) << "to look is no harm";
  const auto gone = desk.get("gone");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(gone.error().message, "VM gone is not on h1 any more; the next round sees where it is: ask again then");
}

TEST_F(PolicyDeskTest, OneThatCannotBeReadIsToldAndCanBeCleared) {
  desk.look(seen({{"test", kUuid, "h1", kWorld}}));
  ASSERT_TRUE(world->set_policy(kUuid, *changed({}, {.ceiling = "cpu=1vCPU"})));
  // Somebody else's hand: what no program of ours writes.
  virConnectPtr other = virConnectOpen(kWorld.c_str());
  virDomainPtr vm = virDomainLookupByUUIDString(other, kUuid);
  ASSERT_EQ(virDomainSetMetadata(vm, VIR_DOMAIN_METADATA_ELEMENT, "<policy><level>sometimes</level></policy>", "headroom", "urn:headroom:policy:1",
                                 VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG), 0);
  virDomainFree(vm);
  virConnectClose(other);
  EXPECT_THAT(desk.get("test").error().message, HasSubstr("headroom:level is 'sometimes'"));
  EXPECT_FALSE(desk.change("test", {.level = "auto"}));
  EXPECT_EQ(desk.change("test", {.clear = true, .level = "auto"})->policy.level, AutomationLevel::kAuto);
}

TEST_F(PolicyDeskTest, AHostThatHangsIsWaitedForOnceAndHoldsUpNobodyElse) {
  HangingDaemon hanging;
  PolicyDesk hasty({.patience = milliseconds(300)}, clock);
  hasty.look(seen({{"there", kUuid, "h1", kWorld}, {"stuck", kNowhere, "h2", hanging.uri()}}));
  const Stopwatch first;
  const auto late = hasty.change("stuck", {.level = "auto"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(late.error().message, "h2 has not answered within 300ms; the change may still come about: look before it is asked for again");
  EXPECT_GE(first.seconds(), 0.25);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(hasty.get("stuck").error().message, "h2 has not come back from what it was asked before; ask again in a while");
  EXPECT_LT(first.seconds(), 15) << "a hundred waits would have been 30 s";
  EXPECT_TRUE(poll_until([&] { return hasty.get("there").has_value(); }, std::chrono::seconds(20)));
  hanging.close();   // the call comes back, with an error; the next one is asked again
  EXPECT_TRUE(poll_until([&] { return hasty.get("stuck").error().message.find(hanging.path()) != std::string::npos; }, std::chrono::seconds(20)));
}

TEST_F(PolicyDeskTest, NoMoreThanAFewWaitTogether) {
  std::vector<std::unique_ptr<HangingDaemon>> hosts;
  std::vector<VmPlace> places;
  for (std::size_t i = 0; i < PolicyDesk::kAtOnce; ++i) {
    hosts.push_back(std::make_unique<HangingDaemon>());
    places.push_back({"vm" + std::to_string(i), kNowhere + std::to_string(i), "h" + std::to_string(i), hosts.back()->uri()});
  }
  places.push_back({"there", kUuid, "h9", kWorld});
  PolicyDesk patient({.patience = std::chrono::seconds(60)}, clock);
  patient.look(seen(places));
  const auto too_many = [](const Result<PolicyOf>& told) { return !told && told.error().message == "3 others wait for the policies of VMs; ask again in a moment"; };
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < PolicyDesk::kAtOnce; ++i)
    callers.emplace_back([&, vm = places[i].vm] {
      while (too_many(patient.get(vm))) std::this_thread::yield();   // whoever looks below may be among the three for a moment
    });
  EXPECT_TRUE(poll_until([&] { return too_many(patient.get("there")); }, std::chrono::seconds(20)));
  for (const auto& host : hosts) host->close();
  for (std::thread& caller : callers) caller.join();
  EXPECT_TRUE(patient.get("there")) << "there is room again";
}

TEST_F(PolicyDeskTest, ThoseWhoAskOneHostTogetherAreAnsweredInTurn) {
  desk.look(seen({{"test", kUuid, "h1", kWorld}}));
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < PolicyDesk::kAtOnce; ++i)
    callers.emplace_back([&] {
      for (int k = 0; k < 20; ++k) EXPECT_TRUE(desk.get("test"));
    });
  for (std::thread& caller : callers) caller.join();
}

TEST_F(PolicyDeskTest, WhatNobodyWaitsForIsNotBegun) {
  const auto given_up = change_policy(*world, kUuid, {.level = "observe"}, [] { return false; });
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(*world->policy(kUuid), VmPolicy{});
}

}  // namespace
}  // namespace headroom::libvirt
