#include "headroom/libvirt/census.h"

#include <gmock/gmock.h>

#include "corpus.h"

namespace headroom::libvirt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);
constexpr std::uint64_t kRunning = 1, kPaused = 3;

struct CensusTest : ::testing::Test {
  MemoryIdBook ids;
  Census census{site(), RateOptions{}, ids};
  HostReading a = reading("host_a", "h1"), b = reading("host_b", "h2");

  static HostReading reading(const std::string& facts, const std::string& name) {
    HostReading r;
    r.facts = host(facts);
    r.facts.name = name;
    r.facts.cpus = 16;
    r.facts.memory = 128_GiB;
    r.at = kNoon;
    return r;
  }
  static SeenDomain seen(const std::string& file, std::uint64_t state) {
    SeenDomain s{std::make_shared<const Domain>(domain(file)), {}};
    s.stats.state = state;
    return s;
  }
  static HostView view(const HostReading& r, bool fresh = true) {
    return {"qemu://" + r.facts.name, std::make_shared<const HostReading>(r), fresh};
  }
  Observation take() { return census.take({view(a), view(b)}); }
};

TEST_F(CensusTest, FindsHostsAndVmsInTheModelsWords) {
  a.domains = {seen("plain", kRunning), seen("ours", kRunning)};
  a.domains[0].stats.vcpus = 3;
  a.domains[0].stats.memory_now = (2_GiB).count();
  const Observation o = take();
  EXPECT_THAT(o.troubles, IsEmpty());
  ASSERT_THAT(o.inventory.hosts, SizeIs(2));
  const Host& h = o.inventory.hosts[0];
  EXPECT_EQ(h.name, "h1");
  EXPECT_EQ(h.physical.cpu(), 16_cores);
  EXPECT_EQ(h.physical.memory(), 128_GiB);
  ASSERT_THAT(h.numa, SizeIs(2));
  EXPECT_EQ(h.heard_at, kNoon);
  ASSERT_THAT(o.inventory.vms, SizeIs(2));
  const Vm& plain = o.inventory.vms[0].name == "web-1" ? o.inventory.vms[0] : o.inventory.vms[1];
  EXPECT_EQ(plain.allocation.cpu(), 3_cores);  // the statistics are fresher than the XML
  EXPECT_EQ(plain.allocation.memory(), 2_GiB);
  EXPECT_EQ(plain.mobility, Mobility::kLive);
  EXPECT_EQ(plain.level, AutomationLevel::kRecommend);
  EXPECT_TRUE(has(plain.needs.networks, "br-guests"));
  const Vm& ours = o.inventory.vms[0].name == "shop-1" ? o.inventory.vms[0] : o.inventory.vms[1];
  EXPECT_EQ(ours.level, AutomationLevel::kAuto);
  EXPECT_THAT(ours.groups, ElementsAre("shop"));
  EXPECT_EQ(ours.mobility_reason, "its policy says that it stays");
  EXPECT_EQ(ours.ceiling.memory(), 4_GiB);  // it already has more than its policy allows
}

TEST_F(CensusTest, BelievesOperatorsAboutNetworksThatLibvirtDoesNotTell) {
  EXPECT_FALSE(has(take().inventory.hosts[1].offers.networks, "br-ovs"));
  Site s = site();
  s.shared_networks = {"br-ovs"};
  Census told(s, RateOptions{}, ids);
  EXPECT_TRUE(has(told.take({view(a), view(b)}).inventory.hosts[1].offers.networks, "br-ovs"));
}

TEST_F(CensusTest, BelievesOperatorsAboutTheirHosts) {
  Site s = site();
  HostSite& known = s.hosts["qemu://h2"];
  known.name = "rack-2";
  known.capacity = Resources(MilliCores(4000), Bytes(0));
  known.reserve = Resources(MilliCores(500), 1_GiB);
  known.overcommit = {2, 1, 1, 1};
  known.price.usd_per_hour = 0.25;
  known.rack = "r2";
  Census told(s, RateOptions{}, ids);
  const auto hosts = told.take({view(a), view(b)}).inventory.hosts;
  EXPECT_EQ(hosts[0].physical.cpu(), 16_cores);
  EXPECT_THAT(hosts[0].numa, SizeIs(2));
  EXPECT_EQ(hosts[1].name, "rack-2");
  EXPECT_EQ(hosts[1].physical, Resources(MilliCores(4000), 128_GiB, hosts[0].physical.disk(), hosts[0].physical.network()));
  EXPECT_THAT(hosts[1].numa, IsEmpty());  // those are of the whole machine
  EXPECT_EQ(hosts[1].admissible().cpu(), 7_cores);
  EXPECT_EQ(hosts[1].price.usd_per_hour, 0.25);
  EXPECT_EQ(hosts[1].rack, "r2");
}

TEST_F(CensusTest, HoldsTheFleetsCeilingAndLevelWhereAVmSaysNothing) {
  a.domains = {seen("plain", kRunning), seen("ours", kRunning)};
  const Resources before = take().inventory.vms[0].ceiling;
  Site s = site();
  s.level = AutomationLevel::kObserve;
  s.ceiling = Resources(before.cpu(), 1_GiB);
  Census told(s, RateOptions{}, ids);
  const Observation o = told.take({view(a), view(b)});
  for (const Vm& vm : o.inventory.vms) {
    EXPECT_EQ(vm.level, vm.name == "web-1" ? AutomationLevel::kObserve : AutomationLevel::kAuto);
    EXPECT_EQ(vm.ceiling.memory(), std::max(1_GiB, vm.allocation.memory()));  // what it has is not taken away for it
  }
}

TEST_F(CensusTest, SaysThatTwoHostsCannotBeToldApart) {
  b.facts.name = "h1";
  EXPECT_THAT(take().troubles, ElementsAre(HasSubstr("are both called h1: give each a name of its own")));
}

// A driver that tells no networks: that a VM runs on one is proof enough.
TEST_F(CensusTest, LearnsWhatAHostHasFromItsVms) {
  a.facts.networks.clear();
  a.domains = {seen("plain", kRunning)};
  const Observation o = take();
  EXPECT_TRUE(has(o.inventory.hosts[0].offers.networks, "br-guests"));
}

TEST_F(CensusTest, SaysThatTwoHostsGoByOneUuid) {
  b.facts.uuid = a.facts.uuid;
  b.domains = {seen("plain", kRunning)};
  const Observation o = take();
  EXPECT_THAT(o.inventory.hosts, SizeIs(1));
  EXPECT_THAT(o.inventory.vms, IsEmpty());
  EXPECT_THAT(o.troubles, ElementsAre(HasSubstr("qemu://h1 and qemu://h2 both say they are host d3a1c1f0-0000-4000-8000-00000000000a; "
                                                "the second is left out")));
}

TEST_F(CensusTest, RaisesAnAlarmWhenAVmRunsOnTwoHosts) {
  a.domains = {seen("plain", kRunning)};
  b.domains = {seen("plain", kRunning)};
  const Observation o = take();
  ASSERT_THAT(o.inventory.vms, SizeIs(1));
  EXPECT_EQ(o.inventory.vms[0].mobility, Mobility::kImmovable);
  EXPECT_EQ(o.inventory.vms[0].level, AutomationLevel::kObserve);
  EXPECT_THAT(o.troubles, ElementsAre(HasSubstr("runs on h1 and on h2 at once")));
  EXPECT_EQ(o.inventory.hosts[1].incoming.memory(), 4_GiB);
}

TEST_F(CensusTest, HoldsRoomWhereAMigratingVmWaits) {
  a.domains = {seen("plain", kPaused)};
  b.domains = {seen("plain", kRunning)};
  const Observation o = take();
  EXPECT_THAT(o.troubles, IsEmpty());
  ASSERT_THAT(o.inventory.vms, SizeIs(1));
  EXPECT_EQ(o.inventory.vms[0].host, o.inventory.hosts[1].id);
  EXPECT_EQ(o.inventory.hosts[0].incoming, Resources(2_cores, 4_GiB));
  EXPECT_EQ(o.inventory.hosts[1].incoming, Resources());
}

TEST_F(CensusTest, KeepsWhatAHostSaidThatDoesNotAnswer) {
  a.domains = {seen("plain", kRunning)};
  const HostId first = take().inventory.hosts[0].id;
  b.at = kNoon + std::chrono::minutes(5);
  const Observation o = census.take({view(a, false), view(b), {"qemu://h3", nullptr, false}});
  ASSERT_THAT(o.inventory.hosts, SizeIs(2));
  EXPECT_EQ(o.inventory.hosts[0].id, first);
  EXPECT_EQ(o.inventory.hosts[0].heard_at, kNoon);
  ASSERT_THAT(o.inventory.vms, SizeIs(1));
  EXPECT_FALSE(o.vms[0].measured);
}

// It was moved while its old host could not be asked: what that host said is old news.
TEST_F(CensusTest, BelievesTheHostThatAnswered) {
  a.domains = {seen("plain", kRunning)};
  take();
  b.domains = {seen("plain", kRunning)};
  const Observation o = census.take({view(a, false), view(b)});
  ASSERT_THAT(o.inventory.vms, SizeIs(1));
  EXPECT_EQ(o.inventory.vms[0].host, o.inventory.hosts[1].id);
  EXPECT_EQ(o.inventory.vms[0].mobility, Mobility::kImmovable);  // not known to have left
  EXPECT_THAT(o.troubles, ElementsAre(HasSubstr("runs on h2, and h1 ran it when it answered last: nothing is done with it until h1 answers")));
}

TEST_F(CensusTest, OnlyWatchesWhatAnotherManagerOwns) {
  a.domains = {seen("nova", kRunning)};
  const Observation o = take();
  EXPECT_EQ(o.inventory.vms[0].owner, "Nova");
}

TEST_F(CensusTest, MeasuresAVmByItsUuidAcrossHosts) {
  SeenDomain vm = seen("plain", kRunning);
  vm.stats.cpu_time_ns = 0;
  vm.stats.disks = vm.stats.nics = std::vector<DeviceCounters>{};
  vm.stats.memory_now = 1;
  a.domains = {vm};
  EXPECT_THAT(take().samples, IsEmpty());
  a.at += std::chrono::seconds(10);
  a.domains[0].stats.cpu_time_ns = 5'000'000'000;
  const Observation o = take();
  ASSERT_THAT(o.samples, SizeIs(1));
  EXPECT_DOUBLE_EQ(o.samples[0].sample.used[0], 500);
  EXPECT_EQ(o.inventory.vms[0].sampled_at, a.at);
  std::swap(a.domains, b.domains);  // moved: its counters begin anew
  b.at = a.at = a.at + std::chrono::seconds(10);
  EXPECT_THAT(take().samples, IsEmpty());
  EXPECT_EQ(take().inventory.vms[0].id, o.inventory.vms[0].id);
}

TEST_F(CensusTest, TellsWhatIsWrongWithOneVmAndGoesOn) {
  a.domains = {seen("odd", kRunning), seen("plain", kRunning)};
  const Observation o = take();
  EXPECT_THAT(o.inventory.vms, SizeIs(2));
  EXPECT_THAT(o.troubles, SizeIs(2));
  EXPECT_THAT(o.troubles[1], HasSubstr("headroom:level is 'sometimes'"));
}

// What is not known anew is not nothing: a host whose VMs seemed idle would look free.
TEST_F(CensusTest, KeepsWhatAVmUsedWhileItsHostIsSilent) {
  const auto at = [&](std::int64_t second) {
    a.at = kNoon + std::chrono::seconds(second);
    a.domains = {seen("plain", kRunning)};
    DomainStats& s = a.domains[0].stats;
    s.cpu_time_ns = static_cast<std::uint64_t>(second) * 500'000'000;
    s.resident = 1 << 30;
    s.disks.emplace();
    s.nics.emplace();
  };
  at(0);
  take();
  at(10);
  EXPECT_THAT(take().samples, SizeIs(1));
  for (int round = 0; round < 3; ++round) {
    const Observation o = census.take({view(a, false), view(b)});
    const Vm& vm = o.inventory.vms.at(0);
    EXPECT_NEAR(vm.used[index(Resource::kCpu)], 500, 1e-6);
    EXPECT_EQ(vm.sampled_at, kNoon + std::chrono::seconds(10)) << "and it is old";
    EXPECT_THAT(o.samples, IsEmpty()) << "it is handed on once";
    EXPECT_FALSE(vm.guest_statistics);
  }
}

// By what is sent a move's length is foretold: caches are sent like all else, and what the guest has freed again. An emulator's process
// holds translated code as well.
TEST_F(CensusTest, TellsHowMuchMemoryAMoveHasToSend) {
  const auto touched = [&](const std::string& domain, Counter unused, Counter resident) {
    a.domains = {seen(domain, kRunning)};
    DomainStats& s = a.domains[0].stats;
    s.guest_unused = unused;
    s.resident = resident;
    s.guest_updated_at = 1'700'000'000;
    const Vm vm = Census({}, {}, ids).take({view(a), view(b)}).inventory.vms.at(0);
    return std::pair(vm.touched, vm.allocation.memory());
  };
  const auto [whole, has] = touched("plain", {}, 1ULL << 50);
  EXPECT_EQ(whole, has) << "what the process has beside the guest's is not sent";
  EXPECT_EQ(touched("plain", {}, {}).first, Bytes()) << "not known";
  EXPECT_EQ(touched("plain", static_cast<std::uint64_t>((has - 256_MiB).count()), 512ULL << 20).first, 512_MiB);
  EXPECT_EQ(touched("plain", static_cast<std::uint64_t>((has - 768_MiB).count()), 512ULL << 20).first, 768_MiB) << "huge pages are not told";
  const auto emulated = touched("emulated", {}, 1ULL << 50);
  EXPECT_EQ(emulated.first, Bytes()) << "nobody knows";
  EXPECT_EQ(touched("emulated", static_cast<std::uint64_t>((emulated.second - 64_MiB).count()), 1ULL << 50).first, 64_MiB);
}

TEST_F(CensusTest, RemembersWhatAGuestHasTouchedUntilItsProcessEnds) {
  const auto touched = [&](HostReading& on, HostReading& not_on, Bytes resident, std::int64_t run) {
    not_on.domains.clear();
    on.domains = {seen("plain", kRunning)};
    Domain domain = *on.domains[0].domain;
    domain.id = run;
    on.domains[0].domain = std::make_shared<const Domain>(domain);
    on.domains[0].stats.resident = static_cast<std::uint64_t>(resident.count());
    return take().inventory.vms.at(0).touched;
  };
  EXPECT_EQ(touched(a, b, 512_MiB, 1), 512_MiB);
  EXPECT_EQ(touched(a, b, 128_MiB, 1), 512_MiB);
  EXPECT_EQ(touched(b, a, 128_MiB, 7), 512_MiB) << "it has moved";
  EXPECT_EQ(touched(b, a, 768_MiB, 7), 768_MiB);
  EXPECT_EQ(touched(b, a, 128_MiB, 8), 128_MiB) << "it was started anew";
}

// Two looks may follow each other at once: one for a round, one for an action.
TEST_F(CensusTest, StillHasAGuestsWordInALookRightAfterAnother) {
  const auto at = [&](std::int64_t millisecond) {
    a.at = kNoon + Duration(millisecond);
    a.domains = {seen("plain", kRunning)};
    DomainStats& s = a.domains[0].stats;
    s.cpu_time_ns = static_cast<std::uint64_t>(millisecond) * 500'000;
    s.guest_total = 2ULL << 30;
    s.guest_usable = 1ULL << 30;
    s.guest_updated_at = static_cast<std::uint64_t>(a.at.time_since_epoch().count() / 1000);
    s.disks.emplace();
    s.nics.emplace();
  };
  at(0);
  take();
  at(10'000);
  EXPECT_TRUE(take().inventory.vms.at(0).guest_statistics);
  at(10'100);
  const Observation o = take();
  EXPECT_THAT(o.samples, IsEmpty()) << "a moment is not measured";
  EXPECT_TRUE(o.inventory.vms.at(0).guest_statistics);
  EXPECT_FALSE(census.take({view(a, false), view(b)}).inventory.vms.at(0).guest_statistics);
}

}  // namespace
}  // namespace headroom::libvirt
