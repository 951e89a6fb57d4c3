// A live run over a hypervisor that keeps state, on a clock that the test moves: every wait is the next instant.
#include "headroom/daemon/live_run.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <libvirt/libvirt.h>

#include "../src/live_setup.h"
#include "headroom/actuator/sqlite_journal.h"
#include "headroom/base/stop.h"
#include "headroom/daemon/json.h"
#include "headroom/hypervisor/testing/fake_hypervisor.h"
#include "headroom/hypervisor/testing/faulty_hypervisor.h"
#include "headroom/libvirt/state_book.h"
#include "rig.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'040);  // 22:14:00

// A VM is given a core and a half as soon as it uses more than four fifths of what it has.
Rule grow_cpu() {
  Rule rule;
  rule.name = "grow-cpu";
  rule.metric = Resource::kCpu;
  rule.threshold = 0.8;
  rule.target = 0.6;
  return rule;
}

struct Rig {
  explicit Rig(testing::FakeTiming timing = {}) : fake(testing::small_fleet(2, 2, kNoon), clock, timing) {
    fleet.name = "rig";
    fleet.step = minutes(5);
    fleet.every = minutes(1);
    fleet.poll = seconds(20);
    fleet.limits.level = AutomationLevel::kAuto;
    fleet.rules = {grow_cpu()};
    for (Host& host : fake.world().hosts) host.name = "h" + std::to_string(host.id.value());
    for (Vm& vm : fake.world().vms) vm.name = vm.uuid = "vm-" + std::to_string(vm.id.value());
  }

  // Runs until `until` has gone by; `at` is called at each instant that is waited for.
  void run(Duration until) {
    const Instant end = clock.now() + until;
    LivePorts ports{faulty, *journal, clock, [&, end](Instant t) {
                      waited.push_back(t);
                      clock.set(t);
                      if (at) at(t);
                      return t < end;
                    }};
    LiveOptions options;
    options.version = "test";
    options.history = history.get();
    options.moves_file = folder / "migrations.json";
    options.drained_file = folder / "drained.json";
    options.watch = [this](const State& state) {
      for (const std::string& line : state.news) news.push_back(line);
      states.push_back(state);
    };
    auto made = LiveRun::make(fleet, std::move(ports), std::move(options));
    ASSERT_TRUE(made) << made.error().message;
    run_ = std::move(*made);
    const auto ran = run_->go();
    EXPECT_TRUE(ran) << ran.error().message;
  }
  // vm 0 uses so much from now on.
  void use(double millicores) {
    VmSample s{VmId(0), {}};
    s.sample.at = clock.now();
    s.sample.used[index(Resource::kCpu)] = millicores;
    fake.report(s);
    Vm& vm = fake.vm(VmId(0));
    vm.used = s.sample.used;
    vm.sampled_at = clock.now();
  }
  const State& last() const { return states.back(); }

  ManualClock clock{kNoon};
  testing::FakeHypervisor fake;
  testing::FaultyHypervisor faulty{fake, clock, {}, 1};
  testing::Folder folder;
  std::unique_ptr<Journal> journal = SqliteJournal::open((folder / "journal.db").string()).value();
  std::unique_ptr<HistoryStore> history = make_memory_history();
  LiveFleet fleet;
  std::function<void(Instant)> at;
  std::vector<Instant> waited;
  std::vector<std::string> news;
  std::vector<State> states;
  std::unique_ptr<LiveRun> run_;
};

TEST(LiveRun, RunsRoundsOnWholeMultiplesAndLooksInBetween) {
  Rig rig;
  rig.clock.set(kNoon + seconds(7));
  rig.run(minutes(2));
  const auto second = [](Instant t) { return (t - kNoon).count() / 1000; };
  std::vector<std::int64_t> looks, rounds;
  for (Instant t : rig.waited) looks.push_back(second(t));
  for (const State& s : rig.states) rounds.push_back(second(s.snapshot.taken_at));
  EXPECT_THAT(looks, ElementsAre(20, 40, 60, 80, 100, 120, 140));
  EXPECT_THAT(rounds, ElementsAre(7, 60, 120)) << "the first at once";
}

TEST(LiveRun, HasARoundBeforeItsTimeWhereSomebodyAsksButNotOneAfterTheOther) {
  Rig rig;
  const auto second = [](Instant t) { return (t - kNoon).count() / 1000; };
  rig.fleet.poll = seconds(5);
  rig.at = [&](Instant t) {
    if (second(t) == 20 || second(t) == 25) rig.run_->round_soon();
  };
  rig.run(minutes(2));
  std::vector<std::int64_t> rounds;
  for (const State& s : rig.states) rounds.push_back(second(s.snapshot.taken_at));
  EXPECT_THAT(rounds, ElementsAre(0, 20, 30, 60)) << "a sixth of a minute after the last at the earliest";
}

TEST(LiveRun, GrowsAVmOverItsRuleAndTellsOnceThatItDid) {
  Rig rig;
  rig.at = [&](Instant) { rig.use(1900); };
  rig.run(minutes(5));
  EXPECT_EQ(rig.fake.vm(VmId(0)).allocation.cpu(), MilliCores(3250));
  ASSERT_THAT(rig.news, SizeIs(2)) << ::testing::PrintToString(rig.news);
  EXPECT_THAT(rig.news[0], StartsWith("vm-0: begun: grow cpu 2 -> 3.25 cores ("));
  EXPECT_THAT(rig.news[1], StartsWith("vm-0: done: grow cpu 2 -> 3.25 cores, in "));
  const auto log = rig.run_->board().log.newest(10);
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].state, EntryState::kDone);
  // What was measured in looks between two rounds is not lost.
  EXPECT_GT(rig.history->read(rig.fake.vm(VmId(0)).uuid, kNoon, kNoon + minutes(6))->size(), 11U);
}

TEST(LiveRun, OnlyRecommendsAtThatLevelAndSaysSoOnce) {
  Rig rig;
  rig.fleet.limits.level = AutomationLevel::kRecommend;
  rig.at = [&](Instant t) { rig.use(1900 + static_cast<double>((t - kNoon) / seconds(60))); };  // no two rounds with the same numbers
  rig.run(minutes(10));
  EXPECT_EQ(rig.fake.vm(VmId(0)).allocation.cpu(), 2_cores);
  EXPECT_THAT(rig.run_->board().log.newest(10), IsEmpty());
  ASSERT_THAT(rig.news, SizeIs(1)) << ::testing::PrintToString(rig.news);
  EXPECT_THAT(rig.news[0], StartsWith("vm-0: recommended: grow cpu 2 -> 3.25 cores ("));
  EXPECT_EQ(rig.last().plan.at(0).decision, Decision::kRecommended);
}

// A VM's own level, from its metadata, only lowers the fleet's.
TEST(LiveRun, LeavesAVmAloneThatIsOnlyToBeObserved) {
  Rig rig;
  rig.fake.vm(VmId(0)).level = AutomationLevel::kObserve;
  rig.at = [&](Instant) { rig.use(1900); };
  rig.run(minutes(3));
  EXPECT_EQ(rig.fake.vm(VmId(0)).allocation.cpu(), 2_cores);
  EXPECT_THAT(rig.run_->board().log.newest(10), IsEmpty());
}

// Over a restart as well: the VM does not come back before the host is taken into use again.
TEST(LiveRun, ADrainedHostIsLeftAndStaysSoAfterARestart) {
  Rig rig;
  rig.fleet.limits.migrate_cooldown = Duration(0);
  const HostId first = rig.fake.vm(VmId(0)).host;
  const std::string name = "h" + std::to_string(first.value());
  rig.at = [&](Instant) {
    rig.use(500);
    EXPECT_TRUE(rig.states.size() != 1 || rig.run_->set_drained(name, true));
  };
  rig.run(minutes(10));
  EXPECT_NE(rig.fake.vm(VmId(0)).host, first);
  EXPECT_EQ(rig.run_->board().log.of_host(name, 10).at(0).action.reason.code, ReasonCode::kDrain);
  EXPECT_EQ(rig.run_->set_drained(name, false).error().code, ErrorCode::kRefused);  // it has stopped
  rig.at = [&](Instant) { rig.use(500); };
  rig.run(minutes(3));
  EXPECT_FALSE(rig.last().snapshot.find(first)->accepts_vms);
  EXPECT_TRUE(rig.last().snapshot.find(first)->drained_at);
  EXPECT_NE(rig.fake.vm(VmId(0)).host, first);
}

// Rounds are a minute apart, looks 20 s.
TEST(LiveRun, TellsHowFarAMoveIsBetweenTwoRoundsToo) {
  testing::FakeTiming slow;
  slow.migrate = minutes(3);
  Rig rig(slow);
  std::vector<double> shares;
  rig.at = [&](Instant) {
    rig.use(500);
    if (rig.states.size() == 1) (void)rig.run_->set_drained("h0", true);
    if (!rig.run_ || rig.states.empty()) return;
    const auto actions = actions_json(rig.last(), rig.run_->board().log.newest(1)).at("actions");
    if (actions.empty() || !actions[0].at("share_done").is_number()) return;
    shares.push_back(actions[0].at("share_done"));
    EXPECT_TRUE(actions[0].at("progress").at("expected_end").is_string()) << actions[0].dump();
  };
  rig.run(minutes(8));
  ASSERT_GE(shares.size(), 6U);
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_NEAR(shares[3] - shares[2], 20.0 / 180, 0.01) << "one look to the next";
  const auto over = actions_json(rig.last(), rig.run_->board().log.newest(1)).at("actions")[0];
  EXPECT_EQ(over.at("state"), "done");
  EXPECT_TRUE(over.at("share_done").is_null() && over.at("progress").is_null());
}

TEST(LiveRun, ListsAHostThatHasNeverAnswered) {
  Rig rig;
  rig.fake.world().unheard = {{"h9", kNoon, "connection refused"}};
  rig.run(minutes(1));
  const nlohmann::json hosts = fleet_json(rig.last())["hosts"];
  ASSERT_EQ(hosts.size(), 3U);
  EXPECT_EQ(hosts[2]["name"], "h9");
  EXPECT_EQ(hosts[2]["power"], "unreachable");
  EXPECT_EQ(hosts[2]["unreachable_since"], to_rfc3339(kNoon));
  EXPECT_TRUE(hosts[2]["deliverable"]["cpu"].is_null());
  EXPECT_EQ(status_json(rig.last())["hosts_silent"], 1);
}

TEST(LiveRun, GoesOnAfterARoundInWhichNoHostAnswers) {
  Rig rig;
  testing::Faults silent;
  silent.lose_inventory = 1;
  rig.at = [&](Instant t) {
    rig.faulty.set_faults(t >= kNoon + minutes(2) && t < kNoon + minutes(5) ? silent : testing::Faults{});
  };
  rig.run(minutes(6));
  ASSERT_EQ(rig.states.size(), 6U);
  const State& during = rig.states[3];
  EXPECT_THAT(during.message, HasSubstr("no answer"));
  EXPECT_EQ(during.snapshot.taken_at, kNoon + minutes(3));
  ASSERT_THAT(during.snapshot.hosts, SizeIs(2)) << "what was known stays, with its age";
  EXPECT_EQ(fleet_json(during)["hosts"][0]["answers"], false);
  EXPECT_EQ(status_json(during)["hosts_silent"], 2);
  EXPECT_EQ(status_json(rig.last())["hosts_silent"], 0);
  EXPECT_EQ(rig.last().message, "");
  EXPECT_EQ(fleet_json(rig.last())["hosts"][0]["answers"], true);
  ASSERT_THAT(rig.news, SizeIs(2)) << ::testing::PrintToString(rig.news);
  EXPECT_THAT(rig.news[1], StartsWith("over: "));
}

TEST(LiveRun, ShowsWhatTheHypervisorFindsOddAndItsAlarm) {
  Rig rig;
  rig.fake.world().troubles = {"h1 does not answer since 22:14:00"};
  rig.fake.world().alarm = "VM vm-0 is claimed by manager them";
  rig.at = [&](Instant t) { rig.fake.world().troubles = {"h1 does not answer since " + to_rfc3339(t)}; };
  rig.run(minutes(2));
  const nlohmann::json status = status_json(rig.last());
  EXPECT_EQ(status["alarm"], "VM vm-0 is claimed by manager them");
  EXPECT_EQ(status["troubles"].size(), 1U);
  EXPECT_THAT(rig.news, ElementsAre("ALARM, nothing is begun any more: VM vm-0 is claimed by manager them", "h1 does not answer since 22:14:00"));
}

TEST(LiveRun, TakesUpWhatAnEarlierRunBeganAndRepeatsNothing) {
  testing::FakeTiming slow;
  slow.resize = minutes(2);
  Rig rig(slow);
  rig.at = [&](Instant) { rig.use(1900); };
  rig.run(seconds(30));
  ASSERT_THAT(*rig.journal->changed_since(kNoon), IsEmpty()) << "the first round has no samples";
  rig.run(seconds(10));  // a round at once, which begins it
  ASSERT_THAT(*rig.journal->unfinished(), SizeIs(1));
  rig.run_.reset();
  rig.states.clear();
  rig.news.clear();
  rig.run(minutes(4));
  EXPECT_THAT(rig.fake.taken_up(), ElementsAre(ActionId(1)));
  EXPECT_THAT(*rig.journal->changed_since(kNoon), SizeIs(1));
  EXPECT_EQ(rig.fake.overlaps(), 0);
  const auto log = rig.run_->board().log.newest(10);
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].state, EntryState::kDone);
  EXPECT_THAT(rig.news, ElementsAre(StartsWith("vm-0: taken up: grow cpu 2 -> 3.25 cores, begun at 2023-11-14T22:14:40Z by an earlier run"),
                                    StartsWith("vm-0: done: grow cpu 2 -> 3.25 cores")));
}

TEST(LiveRun, StaysPausedAcrossARestart) {
  Rig rig;
  rig.at = [&](Instant t) {
    rig.use(1900);
    if (t != kNoon + seconds(20)) return;
    ASSERT_TRUE(rig.run_->set_paused(true));
    EXPECT_EQ(rig.run_->board().read()->state, RunState::kPaused);
  };
  rig.run(seconds(40));
  rig.run_.reset();
  rig.states.clear();
  rig.run(minutes(3));
  for (const State& s : rig.states) EXPECT_EQ(s.state, RunState::kPaused);
  EXPECT_EQ(rig.fake.vm(VmId(0)).allocation.cpu(), 2_cores);
  ASSERT_THAT(rig.news, SizeIs(1)) << ::testing::PrintToString(rig.news);
  EXPECT_THAT(rig.news[0], HasSubstr("paused"));
}

TEST(LiveRun, TellsAStatusWithoutAnEndOrAScore) {
  Rig rig;
  rig.run(minutes(2));
  const nlohmann::json status = status_json(rig.last());
  EXPECT_EQ(status["mode"], "live");
  EXPECT_EQ(status["scenario"], "rig");
  EXPECT_TRUE(status["to"].is_null() && status["rounds"].is_null());
  EXPECT_EQ(status["round"], 2);
  EXPECT_EQ(status["every_seconds"], 60);
  EXPECT_EQ(status["level"], "auto");
  EXPECT_TRUE(score_json(rig.last())["policies"].empty());
  EXPECT_TRUE(cost_json(rig.last())["policies"].empty());
  EXPECT_EQ(rig.run_->board().read()->state, RunState::kFinished);
  EXPECT_EQ(rig.run_->set_paused(true).error().code, ErrorCode::kRefused);
}

TEST(LiveRun, RefusesWhatALiveFleetCannotHave) {
  Rig rig;
  LiveOptions options;
  options.policy = "oracle-5m";
  const LivePorts ports{rig.fake, *rig.journal, rig.clock, {}};
  EXPECT_EQ(LiveRun::make(rig.fleet, ports, options).error().message, "a live fleet is run by headroom or migrate-first, not by 'oracle-5m'");
  options.policy = "headroom";
  rig.fleet.horizons = {seconds(7)};
  EXPECT_THAT(LiveRun::make(rig.fleet, ports, options).error().message, HasSubstr("7s is no multiple of the step of 5m"));
  rig.fleet.horizons = {minutes(5)};
  rig.fleet.rules[0].quantile = 0.9;
  rig.fleet.rules[0].horizon = minutes(15);
  rig.fleet.rules_file = "r.yaml";
  EXPECT_THAT(LiveRun::make(rig.fleet, ports, options).error().message, HasSubstr("r.yaml"));
}

TEST(LiveRun, PlansMovesByTheStandstillThatItsFleetAllows) {
  LiveFleet fleet;
  fleet.pool.migration.max_downtime = Duration(120);
  EXPECT_EQ(live_contender("headroom", fleet)->policy.hosts.migration.how.downtime_limit, Duration(120));
}

TEST(LiveRun, WeighsAChangeByTheStepsItIsSeenFor) {
  LiveFleet fleet;
  const Policy slow = live_contender("headroom", fleet)->policy;
  fleet.step = seconds(10);
  const Policy fast = live_contender("headroom", fleet)->policy;
  EXPECT_NEAR(fast.priced->minutes_per_scaling * 30, slow.priced->minutes_per_scaling, 1e-9);
  EXPECT_NEAR(fast.hosts.usd_per_migration * 30, slow.hosts.usd_per_migration, 1e-9);
  EXPECT_EQ(fast.hosts.overload_horizon, seconds(30));
  EXPECT_EQ(fast.hosts.stay_after_move, minutes(4));
  fleet.step = minutes(10);
  EXPECT_EQ(live_contender("headroom", fleet)->policy.hosts.overload_horizon, minutes(15));
}

// Libvirt's test driver measures nothing: what its VMs use is said here, all else is libvirt's.
class Measured final : public Hypervisor {
 public:
  Measured(libvirt::LibvirtPool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}
  Result<Inventory> inventory() override {
    auto all = pool_.inventory();
    if (!all) return all;
    for (Vm& vm : all->vms) {
      Sample s;
      s.at = clock_.now();
      s.used[index(Resource::kCpu)] = 0.95 * static_cast<double>(vm.allocation.cpu().count());
      vm.used = s.used;
      vm.sampled_at = s.at;
      samples_.push_back({vm.id, s});
    }
    return all;
  }
  Result<std::vector<VmSample>> samples() override { return std::exchange(samples_, {}); }
  Result<void> start(ActionId id, const Action& action) override { return pool_.start(id, action); }
  Result<void> take_up(ActionId id, const Action& action) override { return pool_.take_up(id, action); }
  Result<Progress> progress(ActionId id) override { return pool_.progress(id); }
  Result<void> cancel(ActionId id) override { return pool_.cancel(id); }

 private:
  libvirt::LibvirtPool& pool_;
  const Clock& clock_;
  std::vector<VmSample> samples_;
};

// Two VMs of one group on libvirt's test host, whose world lives as long as a connection to it.
struct LibvirtVms {
  LibvirtVms() {
    for (int n : {1, 2}) {
      const std::string xml =
          fmt::format("<domain type='test'><name>vm-{0}</name><uuid>7a1cb2f6-6a0e-4b1b-9a55-0d6f3f0a001{0}</uuid><metadata>"
                      "<p:policy xmlns:p='urn:headroom:policy:1'><p:level>{1}</p:level><p:ceiling cpu='3 vCPU'/></p:policy>"
                      "<g:placement xmlns:g='urn:headroom:placement:1'><g:group>shop</g:group><g:tag>tier:web</g:tag></g:placement></metadata>"
                      "<memory>1048576</memory><vcpu current='1'>4</vcpu><os><type>hvm</type></os></domain>", n, n == 1 ? "auto" : "recommend");
      vms.push_back(virDomainCreateXML(connection, xml.c_str(), 0));
    }
  }
  ~LibvirtVms() {
    for (virDomainPtr vm : vms) {
      virDomainDestroy(vm);
      virDomainFree(vm);
    }
    virConnectClose(connection);
  }
  int vcpus(std::size_t which) const { return virDomainGetVcpusFlags(vms[which], VIR_DOMAIN_AFFECT_LIVE); }

  virConnectPtr connection = virConnectOpen("test:///default");
  std::vector<virDomainPtr> vms;
};

TEST(LiveRun, ActsOnALibvirtHostAsEachVmsMetadataAllows) {
  Rig rig;
  const LibvirtVms vms;
  const auto clock = std::make_shared<ManualClock>(kNoon);
  const auto book = libvirt::StateBook::open((rig.folder / "libvirt.db").string()).value();
  libvirt::PoolOptions options;
  options.look_every = std::chrono::milliseconds(10);
  libvirt::LibvirtPool pool({"test:///default"}, options, clock, *book, book->claim());
  Measured measured(pool, *clock);
  rig.fleet.rules[0].target = 0.5;
  LiveOptions live;
  live.watch = [&](const State& state) { rig.states.push_back(state); };
  const LivePorts ports{measured, *rig.journal, *clock, [&](Instant t) {
                          clock->set(t);
                          const auto unfinished = rig.journal->unfinished().value();
                          for (const JournalRecord& r : unfinished)  // the workers go by the world's time
                            EXPECT_TRUE(poll_until([&] {
                              const auto progress = pool.progress(r.id);
                              return !progress || progress->state != ActionState::kRunning;
                            }, seconds(60)));
                          return t < kNoon + minutes(4);
                        }};
  auto run = LiveRun::make(rig.fleet, ports, live);
  ASSERT_TRUE(run) << run.error().message;
  ASSERT_TRUE((*run)->go());
  EXPECT_EQ(vms.vcpus(0), 3) << "a vCPU a minute, up to the ceiling that its metadata names";
  EXPECT_EQ(vms.vcpus(1), 1) << "it is only recommended for";
  const Snapshot& seen = rig.last().snapshot;
  ASSERT_THAT(seen.vms, SizeIs(3)) << "the driver has one of its own";
  for (const Vm& vm : seen.vms) {
    if (vm.name == "test") continue;
    EXPECT_THAT(vm.groups, ElementsAre("shop"));
    EXPECT_THAT(vm.tags, ElementsAre("tier:web"));
    EXPECT_EQ(vm.ceiling.cpu(), 3_cores);
  }
  const auto log = (*run)->board().log.newest(10);
  ASSERT_FALSE(log.empty());
  EXPECT_EQ(log.back().vm, "vm-1");
  EXPECT_EQ(log.back().state, EntryState::kDone) << log.back().message;
  for (const ActionEntry& entry : log) EXPECT_EQ(entry.vm, "vm-1");
}

}  // namespace
}  // namespace headroom
