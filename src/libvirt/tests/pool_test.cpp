// The port over libvirt's own test driver, which sets vCPUs and memory, keeps metadata, and has neither quotas nor migrations.
#include "headroom/libvirt/pool.h"

#include <gmock/gmock.h>
#include <libvirt/libvirt.h>

#include <array>
#include <map>

#include "headroom/base/stop.h"
#include "headroom/libvirt/domain_metadata.h"
#include "headroom/model/find.h"

namespace headroom::libvirt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);
constexpr const char* kUri = "test:///default";
const std::string kUuid = "7a1cb2f6-6a0e-4b1b-9a55-0d6f3f0a0001";
const std::string kXml = "<domain type='test'><name>acted-on</name><uuid>" + kUuid + "</uuid><memory unit='GiB'>8</memory>"
    "<currentMemory unit='GiB'>2</currentMemory><vcpu current='1'>4</vcpu><os><type arch='i686'>hvm</type></os>"
    "<devices><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><bandwidth>"
    "<inbound average='1000' peak='2500' burst='64'/><outbound average='500'/></bandwidth></interface>"
    "<memballoon model='virtio'><stats period='10'/></memballoon></devices></domain>";

// Its NIC's limits in KiB/s, as libvirt tells them.
std::map<std::string, unsigned> nic_limits(virDomainPtr domain) {
  std::array<virTypedParameter, 7> list{};
  int count = 7;
  EXPECT_EQ(virDomainGetInterfaceParameters(domain, "52:54:00:00:00:01", list.data(), &count, VIR_DOMAIN_AFFECT_LIVE), 0);
  std::map<std::string, unsigned> limits;
  for (const virTypedParameter& p : list) limits[p.field] = p.value.ui;
  return limits;
}

// The world of test:///default lives as long as a connection to it is open.
struct PoolTest : ::testing::Test {
  PoolTest() : connection(virConnectOpen(kUri)), domain(virDomainCreateXML(connection, kXml.c_str(), 0)) {
    options.resize_settle = milliseconds(200);
    options.look_every = milliseconds(10);
  }
  ~PoolTest() override {
    virDomainDestroy(domain);
    virDomainFree(domain);
    virConnectClose(connection);
  }

  LibvirtPool pool(Claim claim = {"us", 7}) { return LibvirtPool({kUri}, options, clock, ids, std::move(claim)); }
  // A resize of the VM from what it has to what `change` makes of it.
  template <class F>
  Action resize(LibvirtPool& pool, F change) {
    const Inventory seen = pool.inventory().value();
    const auto vm = std::find_if(seen.vms.begin(), seen.vms.end(), [](const Vm& v) { return v.uuid == kUuid; });
    EXPECT_NE(vm, seen.vms.end());
    Action a;
    a.vm = vm->id;
    a.from = a.to = vm->host;
    a.before = a.after = vm->allocation;
    change(a.after);
    return a;
  }
  Progress end_of(LibvirtPool& pool, ActionId id) {
    Result<Progress> progress;
    EXPECT_TRUE(poll_until([&] {
      progress = pool.progress(id);
      return progress && progress->state != ActionState::kRunning;
    }, seconds(20)));
    return progress.value_or(Progress{});
  }
  Resources allocation(LibvirtPool& pool, VmId vm) {
    const Inventory seen = pool.inventory().value();
    return find_by_id(seen.vms, vm)->allocation;
  }

  virConnectPtr connection;
  virDomainPtr domain;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(kNoon);
  MemoryIdBook ids;
  PoolOptions options;
};

void to_3_cores(Resources& r) { r[Resource::kCpu] = 3000; }

TEST_F(PoolTest, GivesVcpusAndMemoryAndShowsThemInTheInventory) {
  LibvirtPool p = pool();
  const Action a = resize(p, [](Resources& r) {
    to_3_cores(r);
    r[Resource::kMemory] = (5_GiB).count();
  });
  EXPECT_EQ(a.before.cpu(), 1_cores);
  ASSERT_TRUE(p.start(ActionId(1), a));
  const Progress end = end_of(p, ActionId(1));
  EXPECT_EQ(end.state, ActionState::kDone) << end.message;
  EXPECT_EQ(allocation(p, a.vm), a.after);
  EXPECT_EQ(virDomainGetVcpusFlags(domain, VIR_DOMAIN_AFFECT_LIVE), 3);
  EXPECT_EQ(**DomainMetadata::over(connection)->read(kUuid), (Claim{"us", 7}));
}

TEST_F(PoolTest, StartsAnIdOnce) {
  LibvirtPool p = pool();
  const Action a = resize(p, to_3_cores);
  ASSERT_TRUE(p.start(ActionId(1), a));
  end_of(p, ActionId(1));
  ASSERT_EQ(virDomainSetVcpusFlags(domain, 2, VIR_DOMAIN_AFFECT_LIVE), 0);  // somebody else's
  ASSERT_TRUE(p.start(ActionId(1), a));
  EXPECT_EQ(p.progress(ActionId(1))->state, ActionState::kDone);
  EXPECT_EQ(virDomainGetVcpusFlags(domain, VIR_DOMAIN_AFFECT_LIVE), 2);
}

TEST_F(PoolTest, PutsBackWhatWasDoneWhenALaterStepFails) {
  LibvirtPool p = pool();
  // 2.5 cores are three vCPUs and a quota, which the test driver does not have.
  const Action a = resize(p, [](Resources& r) {
    r[Resource::kCpu] = 2500;
    r[Resource::kMemory] = (5_GiB).count();
  });
  ASSERT_TRUE(p.start(ActionId(1), a));
  const Progress end = end_of(p, ActionId(1));
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_THAT(end.message, HasSubstr("CPU quota"));
  EXPECT_EQ(virDomainGetVcpusFlags(domain, VIR_DOMAIN_AFFECT_LIVE), 1);
  EXPECT_EQ(allocation(p, a.vm), a.before);
}

TEST_F(PoolTest, SetsTheLimitsOfItsNicsAndKeepsWhatElseIsSaidOfThem) {
  LibvirtPool p = pool();
  const Action a = resize(p, [](Resources& r) { r[Resource::kNetwork] *= 2; });
  EXPECT_EQ(a.before[Resource::kNetwork], 1'500 * 1024);
  ASSERT_TRUE(p.start(ActionId(1), a));
  const Progress end = end_of(p, ActionId(1));
  EXPECT_EQ(end.state, ActionState::kDone) << end.message;
  EXPECT_EQ(allocation(p, a.vm), a.after);
  auto limits = nic_limits(domain);
  EXPECT_EQ(limits["inbound.average"], 2000U);
  EXPECT_EQ(limits["inbound.peak"], 3500U);
  EXPECT_EQ(limits["inbound.burst"], 64U);
  EXPECT_EQ(limits["outbound.average"], 1000U);
}

TEST_F(PoolTest, PutsTheLimitsOfItsNicsBackAsTheyWere) {
  LibvirtPool p = pool();
  const auto before = nic_limits(domain);
  const Action a = resize(p, [](Resources& r) {
    r[Resource::kNetwork] /= 3;
    r[Resource::kCpu] = 2500;  // a quota, which the test driver does not have
  });
  ASSERT_TRUE(p.start(ActionId(1), a));
  const Progress end = end_of(p, ActionId(1));
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_THAT(end.message, Not(HasSubstr("network limit was not put back")));
  EXPECT_EQ(nic_limits(domain), before);
}

// A guest of whose memory somebody says this, whatever its balloon does not.
class OneGuest final : public GuestWord {
 public:
  std::optional<GuestMemory> memory(std::string_view vm_uuid) const override { return vm_uuid == kUuid ? said : std::nullopt; }
  std::optional<GuestMemory> said;
};

TEST_F(PoolTest, TakesMemoryOnTheStrengthOfWhatSomebodyInTheGuestSaysAndNoMoreThanThat) {
  const auto guest = std::make_shared<OneGuest>();
  options.observer.guests = guest;
  LibvirtPool p = pool();
  const auto shrink = [](Resources& r) { r[Resource::kMemory] = (1_GiB).count(); };
  EXPECT_EQ(p.start(ActionId(1), resize(p, shrink)).error().code, ErrorCode::kRefused) << "it says nothing yet";
  guest->said = GuestMemory{2_GiB, 512_MiB, kNoon};
  const Action a = resize(p, shrink);
  const Inventory seen = p.inventory().value();
  const Vm& vm = *find_by_id(seen.vms, a.vm);
  EXPECT_TRUE(vm.guest_statistics);
  EXPECT_EQ(vm.used[index(Resource::kMemory)], static_cast<double>((1536_MiB).count()));
  EXPECT_EQ(vm.scaling[index(Resource::kMemory)], Scaling::kLiveUpAndDown);
  ASSERT_TRUE(p.start(ActionId(2), a));
  EXPECT_THAT(end_of(p, ActionId(2)).message, HasSubstr("the guest can spare 512 MiB, not 1 GiB"));
  guest->said->available = 1200_MiB;
  ASSERT_TRUE(p.start(ActionId(3), resize(p, shrink)));
  EXPECT_EQ(end_of(p, ActionId(3)).state, ActionState::kDone);
  EXPECT_EQ(allocation(p, a.vm).memory(), 1_GiB);
}

TEST_F(PoolTest, RefusesWithReasons) {
  LibvirtPool p = pool();
  const Action a = resize(p, to_3_cores);
  const auto why = [&](const Action& action) {
    const auto started = p.start(ActionId(9), action);
    return started ? std::string() : started.error().message;
  };
  Action other = a;
  other.after[Resource::kMemory] = (1_GiB).count();
  EXPECT_THAT(why(other), HasSubstr("has not reported its memory lately"));
  other = a;
  other.after[Resource::kCpu] = 500;
  EXPECT_THAT(why(other), HasSubstr("its cpu cannot shrink while it runs"));
  other.after[Resource::kCpu] = 9000;
  EXPECT_THAT(why(other), HasSubstr("4 vCPUs at most"));
  other = a;
  other.vm = VmId(4711);
  EXPECT_THAT(why(other), HasSubstr("there is no VM 4711"));
  other = a;
  other.from = HostId(4711);
  EXPECT_THAT(why(other), HasSubstr("there is no host 4711"));
  other = a;
  other.kind = ActionKind::kStopHost;
  EXPECT_THAT(why(other), HasSubstr("has no switch that stops it"));
  other = a;
  other.kind = ActionKind::kMigrate;
  EXPECT_THAT(why(other), HasSubstr("a move from a host to itself"));
  other.to = HostId(4711);
  EXPECT_THAT(why(other), HasSubstr("there is no host 4711"));
  EXPECT_EQ(p.progress(ActionId(9)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(p.cancel(ActionId(9)).error().code, ErrorCode::kNotFound);
}

TEST_F(PoolTest, StopsAllActingAtTheClaimOfAnother) {
  LibvirtPool p = pool();
  const Action a = resize(p, to_3_cores);
  ASSERT_TRUE(DomainMetadata::over(connection)->write(kUuid, {"them", 1}));
  ASSERT_TRUE(p.start(ActionId(1), a));
  const Progress end = end_of(p, ActionId(1));
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_THAT(end.message, HasSubstr("is claimed by manager them"));
  EXPECT_EQ(virDomainGetVcpusFlags(domain, VIR_DOMAIN_AFFECT_LIVE), 1);
  ASSERT_TRUE(p.alarm());
  EXPECT_EQ(p.start(ActionId(2), a).error().message, *p.alarm());
}

TEST_F(PoolTest, FindsOutAfterARestartAndRepeatsNothing) {
  LibvirtPool first = pool();
  const Action a = resize(first, to_3_cores);
  LibvirtPool second = pool({"us", 8});
  // The first run died before its start left: nothing has happened, and nothing is made up for.
  ASSERT_TRUE(second.take_up(ActionId(1), a));
  Progress end = end_of(second, ActionId(1));
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_THAT(end.message, HasSubstr("its vCPUs is 1 and not 3"));
  EXPECT_EQ(virDomainGetVcpusFlags(domain, VIR_DOMAIN_AFFECT_LIVE), 1);
  // It died after the call.
  ASSERT_EQ(virDomainSetVcpusFlags(domain, 3, VIR_DOMAIN_AFFECT_LIVE), 0);
  ASSERT_TRUE(second.take_up(ActionId(2), a));
  EXPECT_EQ(end_of(second, ActionId(2)).state, ActionState::kDone);
  EXPECT_EQ(second.progress(ActionId(3)).error().code, ErrorCode::kNotFound);
}

TEST_F(PoolTest, LeavesOutWhatIsOff) {
  LibvirtPool p = pool();
  const auto shows = [&] {
    const Inventory seen = p.inventory().value();
    return std::any_of(seen.vms.begin(), seen.vms.end(), [](const Vm& vm) { return vm.uuid == kUuid; });
  };
  EXPECT_TRUE(shows());
  const virDomainPtr defined = virDomainDefineXML(connection, kXml.c_str());
  ASSERT_EQ(virDomainDestroy(domain), 0);
  EXPECT_FALSE(shows());
  const auto& seen = p.last_round().seen.inventory.vms;
  EXPECT_TRUE(std::any_of(seen.begin(), seen.end(), [](const Vm& vm) { return vm.uuid == kUuid; })) << "it is there all the same";
  ASSERT_EQ(virDomainCreate(defined), 0);
  EXPECT_TRUE(shows());
  virDomainDestroy(defined);
  virDomainUndefine(defined);
  virDomainFree(defined);
}

TEST_F(PoolTest, FailsAnActionOfAVmThatHasGone) {
  LibvirtPool p = pool();
  const Action a = resize(p, to_3_cores);
  ASSERT_EQ(virDomainDestroy(domain), 0);
  ASSERT_TRUE(p.start(ActionId(1), a));
  EXPECT_EQ(end_of(p, ActionId(1)).state, ActionState::kFailed);
  EXPECT_FALSE(p.alarm());
}

TEST(LibvirtPool, IsUnreachableWhileNoHostAnswers) {
  MemoryIdBook ids;
  PoolOptions options;
  LibvirtPool p({"qemu+unix:///system?socket=/nonexistent/libvirt-sock"}, options, std::make_shared<ManualClock>(kNoon), ids, {"us", 1});
  EXPECT_EQ(p.inventory().error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(p.start(ActionId(1), Action{}).error().code, ErrorCode::kNotFound);
}

// The manager starts again while a host is away: what was begun there is not given up, nor is it begun anew.
TEST_F(PoolTest, WaitsForTheHostsOfAnActionItTakesUp) {
  LibvirtPool first = pool();
  Action a = resize(first, to_3_cores);
  LibvirtPool second({kUri, "qemu+unix:///system?socket=/nonexistent/libvirt-sock"}, options, clock, ids, {"us", 8});
  a.vm = ids.vm("7a1cb2f6-6a0e-4b1b-9a55-0d6f3f0a4711").value();  // it may be on the host that is away
  ASSERT_TRUE(second.take_up(ActionId(1), a));
  EXPECT_EQ(second.progress(ActionId(1)).error().code, ErrorCode::kUnreachable);
  ASSERT_TRUE(second.inventory());
  EXPECT_EQ(second.progress(ActionId(1)).error().code, ErrorCode::kUnreachable);
  // All hosts answer, and it is nowhere: gone.
  LibvirtPool third = pool({"us", 9});
  EXPECT_EQ(third.take_up(ActionId(1), a).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(third.progress(ActionId(1)).error().code, ErrorCode::kNotFound);
}

TEST_F(PoolTest, TellsWithTheInventoryWhatIsOddAndWhyItStopped) {
  LibvirtPool p({kUri, "qemu+unix:///system?socket=/nonexistent/libvirt-sock"}, options, clock, ids, {"us", 7});
  const Action a = resize(p, to_3_cores);
  EXPECT_THAT(p.inventory()->troubles, ElementsAre(HasSubstr("/nonexistent/libvirt-sock")));
  EXPECT_FALSE(p.inventory()->alarm);
  ASSERT_TRUE(DomainMetadata::over(connection)->write(kUuid, {"them", 1}));
  ASSERT_TRUE(p.start(ActionId(1), a));
  end_of(p, ActionId(1));
  EXPECT_EQ(p.inventory()->alarm, p.alarm());
}

}  // namespace
}  // namespace headroom::libvirt
