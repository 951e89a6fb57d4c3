// The observer with libvirt's real client library: against its test driver, which needs no daemon, and against a daemon that
// accepts and never answers.
#include "headroom/libvirt/observer.h"

#include <gmock/gmock.h>
#include <libvirt/libvirt.h>

#include <fstream>

#include "corpus.h"
#include "hanging_daemon.h"
#include "headroom/base/stop.h"

namespace headroom::libvirt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);

struct ObserverTest : ::testing::Test {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(kNoon);
  MemoryIdBook ids;
  ObserverOptions options;

  Observer observer(std::vector<std::string> uris) { return Observer(std::move(uris), options, clock, ids); }
  void pass(Duration time) { clock->set(clock->now() + time); }
};

TEST_F(ObserverTest, FindsTheHostAndTheVmOfTheTestDriver) {
  Observer o = observer({"test:///default"});
  const Round round = o.observe();
  EXPECT_THAT(round.seen.troubles, IsEmpty());
  EXPECT_EQ(round.answered, 1U);
  ASSERT_THAT(round.seen.inventory.hosts, SizeIs(1));
  EXPECT_EQ(round.seen.inventory.hosts[0].physical.cpu(), 16_cores);
  EXPECT_THAT(round.seen.inventory.hosts[0].numa, SizeIs(2));
  const HostFacts& facts = round.seen.hosts[0].reading->facts;
  EXPECT_EQ(facts.sockets * facts.cores * facts.threads, 16);
  EXPECT_TRUE(has(round.seen.inventory.hosts[0].offers.networks, "default"));
  EXPECT_TRUE(has(round.seen.inventory.hosts[0].offers.networks, "eth1"));
  EXPECT_TRUE(has(round.seen.inventory.hosts[0].offers.storages, "default-pool"));
  ASSERT_THAT(round.seen.inventory.vms, SizeIs(1));
  EXPECT_EQ(round.seen.inventory.vms[0].name, "test");
  EXPECT_EQ(round.seen.inventory.vms[0].allocation.memory(), 2_GiB);
  EXPECT_EQ(round.seen.inventory.vms[0].mobility, Mobility::kImmovable);
}

// test:///default is one world for the whole process: what a second connection changes, the observer has to see.
TEST_F(ObserverTest, SeesByEventsWhatOthersChange) {
  Observer o = observer({"test:///default"});
  o.observe();
  virConnectPtr other = virConnectOpen("test:///default");
  ASSERT_NE(other, nullptr);
  virDomainPtr vm = virDomainLookupByName(other, "test");
  ASSERT_EQ(virDomainSetMetadata(vm, VIR_DOMAIN_METADATA_ELEMENT,
                                 "<policy><level>auto</level></policy>", "headroom", "urn:headroom:policy:1", VIR_DOMAIN_AFFECT_LIVE), 0);
  ASSERT_EQ(virDomainSetVcpusFlags(vm, 1, VIR_DOMAIN_AFFECT_LIVE), 0);
  Round round;
  std::vector<Event> events;
  EXPECT_TRUE(poll_until([&] {
    round = o.observe();
    events.insert(events.end(), round.events.begin(), round.events.end());
    return round.seen.inventory.vms[0].level == AutomationLevel::kAuto;
  }, seconds(20)));
  ASSERT_THAT(events, ::testing::Not(IsEmpty()));
  EXPECT_EQ(events[0].kind, EventKind::kMetadataChange);
  EXPECT_EQ(events[0].detail, "urn:headroom:policy:1");
  EXPECT_EQ(events[0].vm_name, "test");
  EXPECT_EQ(round.seen.inventory.vms[0].allocation.cpu(), 1_cores);
  ASSERT_EQ(virDomainDestroy(vm), 0);
  EXPECT_TRUE(poll_until([&] { return o.observe().seen.inventory.vms[0].mobility_reason.starts_with("it is off"); }, seconds(20)));
  EXPECT_EQ(virDomainCreate(vm), 0);
  EXPECT_EQ(virDomainSetVcpusFlags(vm, 2, VIR_DOMAIN_AFFECT_LIVE), 0);
  EXPECT_EQ(virDomainSetMetadata(vm, VIR_DOMAIN_METADATA_ELEMENT, nullptr, nullptr, "urn:headroom:policy:1", VIR_DOMAIN_AFFECT_LIVE), 0);
  virDomainFree(vm);
  virConnectClose(other);
}

TEST_F(ObserverTest, IsNotHeldUpByAHostThatHangs) {
  HangingDaemon hanging;
  options.deadline = milliseconds(300);
  Observer o = observer({hanging.uri(), "test:///default"});
  for (int round = 0; round < 5; ++round) {
    pass(seconds(10));
    const Stopwatch watch;
    const Round r = o.observe();
    // The first round waits for both; after that nobody waits for the one whose call has not come back.
    EXPECT_LT(watch.seconds(), round == 0 ? 5 : 0.25) << round;
    EXPECT_EQ(r.answered, 1U);
    EXPECT_THAT(r.seen.inventory.vms, SizeIs(1));
    EXPECT_THAT(r.seen.troubles, ElementsAre(hanging.uri() + ": no answer within 300ms; asked at 2023-11-14T22:13:30Z, and not asked "
                                                             "again before that call comes back"));
    ASSERT_THAT(r.seen.inventory.unheard, SizeIs(1)) << "it is to be there, and nothing is known of it";
    EXPECT_EQ(r.seen.inventory.unheard[0].name, hanging.uri());
    EXPECT_EQ(to_rfc3339(r.seen.inventory.unheard[0].since), "2023-11-14T22:13:30Z") << "when it was asked first";
    EXPECT_EQ(o.hanging(), 1U);
  }
  hanging.close();  // the call comes back, with an error; then the host is tried again after a pause
  EXPECT_TRUE(poll_until([&] { return o.hanging() == 0; }, seconds(20)));
  Round r = o.observe();
  EXPECT_THAT(r.seen.troubles, ElementsAre(HasSubstr("tried again from")));
  EXPECT_EQ(o.hanging(), 0U);
}

// Its port may take the connection and nothing answer, so that each try is a call that hangs.
TEST_F(ObserverTest, WaitsForNobodyWhoHasNotBeenWell) {
  HangingDaemon daemon;
  daemon.close();
  options.deadline = seconds(20);
  Observer o = observer({daemon.uri(), "test:///default"});
  EXPECT_THAT(o.observe().seen.troubles, ElementsAre(HasSubstr("tried again from")));
  daemon.open();
  for (int round = 0; round < 3; ++round) {
    pass(seconds(10));
    const Stopwatch watch;
    const Round r = o.observe();
    EXPECT_LT(watch.seconds(), 5) << round;
    EXPECT_EQ(r.answered, 1U);
    EXPECT_EQ(o.hanging(), 1U);
    EXPECT_THAT(r.seen.troubles, ElementsAre(HasSubstr(round < 2 ? "tried again from" : "no answer within 20s")));
  }
}

TEST_F(ObserverTest, EndsWhileAHostHangs) {
  HangingDaemon hanging;
  options.deadline = milliseconds(50);
  const Stopwatch watch;
  {
    Observer o = observer({hanging.uri()});
    o.observe();
    EXPECT_EQ(o.hanging(), 1U);
  }
  EXPECT_LT(watch.seconds(), 5);
}

TEST_F(ObserverTest, TriesAHostThatCannotBeReachedLessAndLessOften) {
  Observer o = observer({"qemu+unix:///system?socket=/nonexistent/libvirt-sock"});
  std::string trouble;
  // The answer to a new try counts in the round after.
  const auto says = [&](const std::string& text) {
    return poll_until([&] {
      const Round r = o.observe();
      trouble = r.seen.troubles.empty() ? "" : r.seen.troubles[0];
      return trouble.find(text) != std::string::npos;
    }, seconds(20));
  };
  EXPECT_TRUE(says("tried again from 2023-11-14T22:13:21Z on")) << trouble;
  EXPECT_THAT(trouble, HasSubstr("Failed to connect socket to '/nonexistent/libvirt-sock'"));
  pass(seconds(1));
  EXPECT_TRUE(says("tried again from 2023-11-14T22:13:23Z on")) << trouble;
  pass(seconds(1));
  EXPECT_TRUE(says("tried again from 2023-11-14T22:13:23Z on")) << trouble;  // not yet
  EXPECT_EQ(o.hanging(), 0U);
  for (int i = 0; i < 10; ++i) {
    pass(seconds(60));
    EXPECT_TRUE(says("tried again from " + to_rfc3339(clock->now() + std::min(seconds(60), seconds(4 << i))) + " on")) << trouble;
  }
}

TEST_F(ObserverTest, SaysWhatIsWrongWithAUri) {
  Observer o = observer({"qemu+nonsense://h1/system", "nonsense:///", "qemu+tls://127.0.0.1:1/system?pkipath=/nonexistent"});
  const Round r = o.observe();
  ASSERT_THAT(r.seen.troubles, SizeIs(3));
  EXPECT_THAT(r.seen.troubles[0], HasSubstr("qemu+nonsense://h1/system: "));
  EXPECT_THAT(r.seen.troubles[1], HasSubstr("nonsense:///: "));
  EXPECT_THAT(r.seen.troubles[2], HasSubstr("qemu+tls://127.0.0.1:1/system"));
  EXPECT_EQ(r.answered, 0U);
}

TEST_F(ObserverTest, NoticesThatTwoUrisAreOneHost) {
  // Where a host tells no UUID its URI stands for it, so that the same URI twice is one host.
  Observer o = observer({"test:///default", "test:///default"});
  const Round r = o.observe();
  EXPECT_THAT(r.seen.inventory.hosts, SizeIs(1));
  EXPECT_THAT(r.seen.troubles, ElementsAre(HasSubstr("both say they are host")));
}

}  // namespace
}  // namespace headroom::libvirt
