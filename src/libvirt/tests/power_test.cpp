// Hosts that are started and stopped, over libvirt's own test driver: its world has one host, and VMs in any state.
#include <gmock/gmock.h>
#include <libvirt/libvirt.h>

#include <filesystem>

#include "../src/occupancy.h"
#include "hanging_daemon.h"
#include "headroom/base/stop.h"
#include "headroom/libvirt/pool.h"
#include "headroom/libvirt/state_book.h"
#include "headroom/power/simulated_power.h"
#include "support/folder.h"

namespace headroom::libvirt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);
const std::string kUri = "test:///default", kDead = "qemu+unix:///system?socket=/nonexistent/libvirt-sock";

std::string domain_xml(const std::string& name) {
  return "<domain type='test'><name>" + name + "</name><memory unit='GiB'>1</memory><vcpu>1</vcpu>"
         "<os><type arch='i686'>hvm</type></os></domain>";
}

// The test driver's host without its VM, which comes back with the end of the test.
struct PowerTest : ::testing::Test {
  PowerTest() {
    connection = virConnectOpen(kUri.c_str());
    virDomainPtr vm = virDomainLookupByName(connection, "test");
    char* text = virDomainGetXMLDesc(vm, 0);
    xml = text;
    free(text);
    virDomainDestroy(vm);
    virDomainUndefine(vm);
    virDomainFree(vm);
    options.power.quiet = milliseconds(20);
    options.power.look_every = milliseconds(10);
    options.power.switches[kUri] = power;
    options.power.switches[kDead] = power;
  }
  ~PowerTest() override {
    virDomainPtr vm = virDomainDefineXML(connection, xml.c_str());
    virDomainCreate(vm);
    virDomainFree(vm);
    virConnectClose(connection);
  }

  std::unique_ptr<StateBook> book() const { return StateBook::open(folder.at("libvirt.db")).value(); }
  std::unique_ptr<LibvirtPool> pool(StateBook& book, std::vector<std::string> uris = {kUri}) {
    return std::make_unique<LibvirtPool>(std::move(uris), options, clock, book, book.claim(), &book);
  }
  void pass(Duration time) { manual->set(manual->now() + time); }
  void switch_is(SimulatedPower::Behaviour behaviour) { power->become(behaviour); }

  virDomainPtr comes(const std::string& name, bool paused) const {
    virDomainPtr vm = virDomainCreateXML(connection, domain_xml(name).c_str(), 0);
    EXPECT_NE(vm, nullptr);
    EXPECT_TRUE(!paused || virDomainSuspend(vm) == 0);
    return vm;
  }

  static Action action(ActionKind kind, HostId host) {
    Action a;
    a.kind = kind;
    a.from = host;
    return a;
  }
  static Progress end_of(LibvirtPool& pool, ActionId id) {
    Result<Progress> progress;
    EXPECT_TRUE(poll_until([&] {
      progress = pool.progress(id);
      return progress && progress->state != ActionState::kRunning;
    }, seconds(20)));
    return progress.value_or(Progress{});
  }
  // What becomes of a stop of the only host.
  static Progress stopped(LibvirtPool& pool, ActionId id = ActionId(1)) {
    const HostId host = pool.inventory().value().hosts.at(0).id;
    const auto started = pool.start(id, action(ActionKind::kStopHost, host));
    EXPECT_TRUE(started) << started.error().message;
    return end_of(pool, id);
  }
  static Host host_of(LibvirtPool& pool) { return pool.inventory().value().hosts.at(0); }
  AbsentHost absent(const std::string& uri, PowerState state) const {
    AbsentHost host{uri, state, kNoon, kNoon, {}, {}};
    host.facts.uuid = "4dea22b3-1d52-d8f3-2516-782e98a23fa0";
    host.facts.name = "h7";
    host.facts.cpus = 8;
    host.facts.memory = 32_GiB;
    return host;
  }

  const Folder folder;
  std::string xml;
  virConnectPtr connection = nullptr;
  std::shared_ptr<ManualClock> manual = std::make_shared<ManualClock>(kNoon);
  std::shared_ptr<const Clock> clock = manual;
  PoolOptions options;
  std::shared_ptr<SimulatedPower> power = std::make_shared<SimulatedPower>(SimulatedPower::Behaviour{});
};

TEST_F(PowerTest, StopsAnEmptyHostKnowsItAfterARestartAndStartsItAgain) {
  Resources capacity;
  {
    const auto state = book();
    const auto p = pool(*state);
    EXPECT_TRUE(host_of(*p).can_start && host_of(*p).can_stop);
    EXPECT_EQ(stopped(*p).state, ActionState::kDone);
    EXPECT_EQ(power->now().stops, 1);
    const Host off = host_of(*p);
    EXPECT_EQ(off.power, PowerState::kOff);
    capacity = off.physical;
  }
  const auto state = book();
  const auto p = pool(*state);
  pass(seconds(30));
  const Host off = host_of(*p);
  EXPECT_EQ(off.power, PowerState::kOff);
  EXPECT_EQ(off.physical, capacity);
  EXPECT_EQ(off.heard_at, kNoon);
  EXPECT_THAT(p->last_round().seen.troubles, IsEmpty());
  ASSERT_TRUE(p->start(ActionId(2), action(ActionKind::kStartHost, off.id)));
  EXPECT_EQ(end_of(*p, ActionId(2)).state, ActionState::kDone);
  EXPECT_EQ(power->now().starts, 1);
  const Host on = host_of(*p);
  EXPECT_EQ(on.power, PowerState::kOn);
  EXPECT_EQ(on.id, off.id);
  EXPECT_EQ(on.heard_at, kNoon + seconds(30));
  EXPECT_THAT(p->last_round().seen.troubles, IsEmpty());
  EXPECT_THAT(state->absent().value(), IsEmpty());
}

// Whatever the inventory showed: the host is asked again at that moment.
TEST_F(PowerTest, NeverStopsAHostWithAVmThatRunsOrIsPaused) {
  const auto state = book();
  for (const bool paused : {false, true}) {
    const auto p = pool(*state);
    const HostId host = host_of(*p).id;
    virDomainPtr late = comes("late", paused);
    ASSERT_TRUE(p->start(ActionId(1), action(ActionKind::kStopHost, host)));
    const Progress end = end_of(*p, ActionId(1));
    EXPECT_EQ(end.state, ActionState::kFailed);
    EXPECT_THAT(end.message, HasSubstr(!paused ? "VM late there runs; nothing was begun" : "VM late there is paused, or on its way here"));
    EXPECT_EQ(power->now().stops, 0);
    EXPECT_EQ(host_of(*p).power, PowerState::kOn);
    EXPECT_THAT(state->absent().value(), IsEmpty());
    virDomainDestroy(late);
    virDomainFree(late);
  }
}

// A migration here that begins while the host is being looked at: it shows itself as a paused VM, at any moment until the switch is thrown.
TEST_F(PowerTest, NeverStopsAHostToWhichAVmBeginsToComeMeanwhile) {
  options.power.quiet = milliseconds(300);
  const auto state = book();
  const auto p = pool(*state);
  const HostId host = host_of(*p).id;
  const Stop never;
  for (std::uint64_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(p->start(ActionId(i + 1), action(ActionKind::kStopHost, host)));
    never.wait_for(milliseconds(40 * i));
    virDomainPtr incoming = comes("incoming", true);
    EXPECT_EQ(end_of(*p, ActionId(i + 1)).state, ActionState::kFailed) << i;
    virDomainDestroy(incoming);
    virDomainFree(incoming);
    EXPECT_EQ(host_of(*p).power, PowerState::kOn);
  }
  EXPECT_EQ(power->now().stops, 0);
}

TEST_F(PowerTest, RefusesAStopAtOnceWhereTheInventoryShowsAVm) {
  virDomainPtr there = comes("there", true);
  const auto state = book();
  const auto p = pool(*state);
  const auto refused = p->start(ActionId(1), action(ActionKind::kStopHost, host_of(*p).id));
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_THAT(refused.error().message, HasSubstr("VM there is on"));
  virDomainDestroy(there);
  virDomainFree(there);
}

TEST_F(PowerTest, StopsAHostWhoseVmsAreAllOff) {
  virDomainPtr off = virDomainDefineXML(connection, domain_xml("off").c_str());
  const auto state = book();
  const auto p = pool(*state);
  EXPECT_EQ(stopped(*p).state, ActionState::kDone);
  EXPECT_EQ(host_of(*p).power, PowerState::kOff);
  virDomainUndefine(off);
  virDomainFree(off);
}

TEST_F(PowerTest, StopsNothingWhileAnotherHostDoesNotAnswer) {
  const HangingDaemon hanging;
  options.observer.deadline = options.power.answer_within = milliseconds(200);
  const auto state = book();
  const auto p = pool(*state, {kUri, hanging.uri()});
  const Progress end = stopped(*p);
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_THAT(end.message, HasSubstr("a VM may be on its way from " + hanging.uri() + ", which does not answer"));
  EXPECT_EQ(power->now().stops, 0);
}

TEST_F(PowerTest, IsNotTakenInByASwitchThatOnlySaysItStops) {
  clock = std::make_shared<SystemClock>();
  options.power.stop_within = milliseconds(200);
  switch_is({.obeys = false});
  const auto state = book();
  const auto p = pool(*state);
  const Progress end = stopped(*p);
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_THAT(end.message, HasSubstr("is not off after 200ms: its switch says on, and it still answers"));
  EXPECT_EQ(host_of(*p).power, PowerState::kOn);
  EXPECT_THAT(state->absent().value(), IsEmpty());
}

TEST_F(PowerTest, AHostThatIsSaidToBeReadyAndDoesNotAnswerHasFailedAndStaysSo) {
  clock = std::make_shared<SystemClock>();
  options.power.start_within = milliseconds(200);
  const auto state = book();
  ASSERT_TRUE(state->note_absent(absent(kDead, PowerState::kOff)));
  {
    const auto p = pool(*state, {kDead});
    const Host off = host_of(*p);
    EXPECT_EQ(off.power, PowerState::kOff);
    EXPECT_EQ(off.name, "h7");
    EXPECT_EQ(off.physical.cpu(), 8_cores);
    ASSERT_TRUE(p->start(ActionId(1), action(ActionKind::kStartHost, off.id)));
    EXPECT_EQ(host_of(*p).power, PowerState::kStarting);
    const Progress end = end_of(*p, ActionId(1));
    EXPECT_EQ(end.state, ActionState::kFailed);
    EXPECT_THAT(end.message, HasSubstr("its libvirtd did not answer"));
    EXPECT_THAT(end.message, HasSubstr("its switch says on"));
    EXPECT_EQ(host_of(*p).power, PowerState::kFailed);
    EXPECT_THAT(p->last_round().seen.troubles, ElementsAre(HasSubstr("h7 failed to start")));
    EXPECT_THAT(p->start(ActionId(2), action(ActionKind::kStartHost, off.id)).error().message, HasSubstr("h7 is failed"));
  }
  const auto again = pool(*state, {kDead});
  EXPECT_EQ(host_of(*again).power, PowerState::kFailed);
}

TEST_F(PowerTest, AHostWhoseSwitchRefusesStaysOff) {
  switch_is({.state = SwitchState::kOff, .error = Error{ErrorCode::kRefused, "the board says no"}});
  const auto state = book();
  ASSERT_TRUE(state->note_absent(absent(kDead, PowerState::kOff)));
  const auto p = pool(*state, {kDead});
  ASSERT_TRUE(p->start(ActionId(1), action(ActionKind::kStartHost, host_of(*p).id)));
  EXPECT_EQ(end_of(*p, ActionId(1)).message, "the board says no");
  EXPECT_EQ(host_of(*p).power, PowerState::kOff);
}

TEST_F(PowerTest, ASwitchThatDoesNotAnswerMayHaveObeyed) {
  switch_is({.error = Error{ErrorCode::kUnreachable, "the board is silent"}});
  const auto state = book();
  ASSERT_TRUE(state->note_absent(absent(kUri, PowerState::kOff)));
  const auto p = pool(*state);
  pass(seconds(1));
  ASSERT_TRUE(p->start(ActionId(1), action(ActionKind::kStartHost, host_of(*p).id)));
  EXPECT_EQ(end_of(*p, ActionId(1)).state, ActionState::kDone);  // its libvirtd answers
}

TEST_F(PowerTest, FindsOutAfterARestartAndThrowsNoSwitchAgain) {
  const auto state = book();
  const HostId host = HostId(state->host(absent(kDead, PowerState::kOn).facts.uuid).value());
  {
    const auto p = pool(*state, {kDead});
    ASSERT_TRUE(p->take_up(ActionId(1), action(ActionKind::kStopHost, host)));
    EXPECT_EQ(p->progress(ActionId(1)).error().code, ErrorCode::kUnreachable) << "nobody has heard of that host yet";
  }
  // It was being stopped, the switch cannot tell, and it has been silent for long enough.
  clock = std::make_shared<SystemClock>();
  options.power.silence = milliseconds(100);
  switch_is({.tells = false});
  ASSERT_TRUE(state->note_absent(absent(kDead, PowerState::kOn)));
  const auto p = pool(*state, {kDead});
  ASSERT_TRUE(p->take_up(ActionId(1), action(ActionKind::kStopHost, host)));
  EXPECT_EQ(end_of(*p, ActionId(1)).message, "its switch cannot tell; it answers no more");
  EXPECT_EQ(host_of(*p).power, PowerState::kOff);
  EXPECT_EQ(power->now().stops, 0);
  EXPECT_EQ(state->absent().value().at(0).power, PowerState::kOff);
  ASSERT_TRUE(state->note_present(kDead));
  const auto other = pool(*state);
  EXPECT_EQ(other->take_up(ActionId(2), action(ActionKind::kStartHost, host_of(*other).id)).error().code, ErrorCode::kNotFound);
}

TEST_F(PowerTest, AHostThatSomebodyElseSwitchesOnIsUsedAgain) {
  const auto state = book();
  ASSERT_TRUE(state->note_absent(absent(kUri, PowerState::kOff)));
  const auto p = pool(*state);
  EXPECT_EQ(host_of(*p).power, PowerState::kOff);
  pass(seconds(61));
  EXPECT_EQ(host_of(*p).power, PowerState::kOn);
  EXPECT_THAT(p->last_round().seen.troubles, ElementsAre(HasSubstr("was off and answers: somebody has switched it on")));
  EXPECT_THAT(state->absent().value(), IsEmpty());
}

TEST_F(PowerTest, RefusesWithReasons) {
  const auto state = book();
  const auto why = [&](const Action& action, LibvirtPool& p) {
    const auto started = p.start(ActionId(9), action);
    return started ? std::string("begun") : started.error().message;
  };
  {
    const auto p = pool(*state);
    EXPECT_THAT(why(action(ActionKind::kStartHost, host_of(*p).id), *p), HasSubstr("is on"));
    EXPECT_THAT(why(action(ActionKind::kStopHost, HostId(4711)), *p), HasSubstr("there is no host 4711"));
  }
  switch_is({.can_stop = false});
  {
    const auto p = pool(*state);
    EXPECT_TRUE(host_of(*p).can_start);
    EXPECT_FALSE(host_of(*p).can_stop);
    EXPECT_THAT(why(action(ActionKind::kStopHost, host_of(*p).id), *p), HasSubstr("has no switch that stops it"));
  }
  switch_is({.can_start = false});
  {
    const auto p = pool(*state);
    EXPECT_FALSE(host_of(*p).can_stop);
    EXPECT_THAT(why(action(ActionKind::kStopHost, host_of(*p).id), *p), HasSubstr("could not be started again"));
  }
  options.power.switches.clear();
  const auto p = pool(*state);
  EXPECT_FALSE(host_of(*p).can_start);
  EXPECT_THAT(why(action(ActionKind::kStopHost, host_of(*p).id), *p), HasSubstr("has no switch that stops it"));
}

TEST_F(PowerTest, IsCancelledUntilTheSwitchIsThrown) {
  options.power.quiet = seconds(60);
  const auto state = book();
  const auto p = pool(*state);
  const HostId host = host_of(*p).id;
  ASSERT_TRUE(p->start(ActionId(1), action(ActionKind::kStopHost, host)));
  EXPECT_THAT(p->start(ActionId(2), action(ActionKind::kStopHost, host)).error().message, HasSubstr("is being started or stopped"));
  ASSERT_TRUE(p->cancel(ActionId(1)));
  EXPECT_EQ(end_of(*p, ActionId(1)).state, ActionState::kCancelled);
  EXPECT_EQ(power->now().stops, 0);
  EXPECT_EQ(host_of(*p).power, PowerState::kOn);
}

TEST_F(PowerTest, BeginsNothingThatItCannotWriteDown) {
  struct Broken final : HostBook {
    Result<std::vector<AbsentHost>> absent() override { return std::vector<AbsentHost>(); }
    Result<void> note_absent(const AbsentHost&) override { return fail(ErrorCode::kFailed, "the disk is full"); }
    Result<void> note_present(const std::string&) override { return {}; }
  } broken;
  MemoryIdBook ids;
  LibvirtPool p({kUri}, options, clock, ids, {"us", 1}, &broken);
  EXPECT_EQ(p.start(ActionId(1), action(ActionKind::kStopHost, host_of(p).id)).error().message, "the disk is full");
  EXPECT_EQ(power->now().stops, 0);
}

// Every state that libvirt has and one that it has not, and VMs that are counted and not listed.
TEST(WhyOccupied, OnlyVmsThatAreOffLetAHostBeStopped) {
  EXPECT_FALSE(why_occupied({}));
  for (int state = 0; state <= VIR_DOMAIN_PMSUSPENDED + 1; ++state) {
    const Occupancy host{state == VIR_DOMAIN_SHUTOFF ? 0 : 1, {{"vm", "u", state}}};
    EXPECT_EQ(why_occupied(host).has_value(), state != VIR_DOMAIN_SHUTOFF) << state;
  }
  EXPECT_EQ(why_occupied({0, {{"vm", "u", std::nullopt}}}), "the state of VM vm there is not known");
  EXPECT_EQ(why_occupied({1, {{"off", "u", VIR_DOMAIN_SHUTOFF}}}), "it says that 1 VMs run there, and does not list them");
  EXPECT_EQ(why_occupied({2, {}}), "it says that 2 VMs run there, and does not list them");
}

TEST(WhyMaySend, AVmThatLeavesMayComeHereUnlessItIsKnownToGoElsewhere) {
  const Occupancy host{2, {{"a", "ua", VIR_DOMAIN_RUNNING, true}, {"b", "ub", VIR_DOMAIN_RUNNING, false}}};
  EXPECT_EQ(why_may_send(host, {}), "VM a is being moved away from there, nobody knows where");
  EXPECT_EQ(why_may_send(host, {"ub"}), "VM a is being moved away from there, nobody knows where");
  EXPECT_FALSE(why_may_send(host, {"ua"}));
}

TEST_F(PowerTest, WhatAHostWasComesBackAsItWasWritten) {
  const auto state = book();
  const auto p = pool(*state);
  host_of(*p);
  HostFacts facts = p->last_round().seen.hosts.at(0).reading->facts;
  facts.hugepages = {{2_MiB, 512}};
  facts.cpu_features = {"avx", "sse4.2"};
  const std::string text = to_json_text(facts);
  const HostFacts back = parse_host_facts(text).value();
  EXPECT_EQ(to_json_text(back), text);
  EXPECT_EQ(back.cpus, 16);
  EXPECT_EQ(back.cells.size(), 2U);
  EXPECT_EQ(back.hugepages, facts.hugepages);
  for (const char* odd : {"", "[]x", "7", R"({"cpus": "many"})", R"({"cells": [{}]})"})
    EXPECT_FALSE(parse_host_facts(odd)) << odd;
}

}  // namespace
}  // namespace headroom::libvirt
