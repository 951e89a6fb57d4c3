// What guests are asked of the real agent in a real guest: vCPUs on and off; and by a real headroomd, a shrink that a hook vetoes, the same
// one agreed to and done once, whoever is killed meanwhile; a growth that the guest itself asks for; and getting ready for a move.
#include <fstream>
#include <regex>

#include "../../src/ingest/tests/rig.h"
#include "../support/manager.h"
#include "lab.h"

namespace headroom::lab {
namespace {

using ingest::Directive;
using ingest::DirectiveState;
using ingest::Moment;
using std::chrono::seconds;

class LabGuest : public LabTest {
 protected:
  void SetUp() override {
    bring_up("up hosts");
    if (IsSkipped() || HasFatalFailure()) return;
    end_guest();
    lab.say("repair guest vm1 h1");
  }
  // The next test's manager is another one, and this guest is claimed; who wants it brings it up.
  void TearDown() override {
    if (!IsSkipped()) end_guest();
  }
  void end_guest() {
    if (!lab.where("vm1").empty()) lab.say("fault guest vm1");
    ASSERT_TRUE(within(seconds(10), [&] { return lab.places("vm1") == 0; })) << "vm1 does not go away";
  }
  std::string manager(int port) const { return fmt::format("10.{}.1.1:{}", Setting().net, port); }
  // A hook that writes down what it hears, takes its time before a shrink where /agent/slow is, and refuses it where /agent/full is; before a
  // move it waits for /agent/ready.
  void install(const std::string& token, const std::string& manager) {
    std::string hook = "rm -rf /agent; mkdir -p /agent/hooks; touch /agent/hooked; ";
    for (const char* line : {"#!/bin/sh", "echo \\$1 \\$HEADROOM_REASON >> /agent/hooked",
                             "[ \\$1 = drain ] && until [ -e /agent/ready ]; do sleep 1; done", "[ \\$1 = before-shrink ] || exit 0", "[ -e /agent/slow ] && sleep 4",
                             "[ -e /agent/full ] || exit 0", "echo the heap is full", "exit 1"})
      hook += fmt::format("echo \"{}\" >> /agent/hooks/app; ", line);
    ASSERT_EQ(lab.guest_says("vm1", hook + "chmod 755 /agent/hooks/app"), "ok");
    lab.guest_says("vm1", "echo " + token + " > /agent/token");
    const std::string said = lab.guest_says("vm1", fmt::format("headroom-agent join /agent/token --state /agent --manager {}", manager));
    ASSERT_EQ(said, "ok") << said;
    start(manager);
  }
  void start(const std::string& manager) {
    lab.guest_says("vm1", fmt::format("setsid headroom-agent run --state /agent --hooks /agent/hooks --manager {} > /agent/log 2>&1 < /dev/null &", manager));
  }
  long vcpus_on() const { return lab.status("vm1").value("cpus", 0L); }
  long memory_mib() const { return lab.status("vm1").value("memory_total_kb", 0L) / 1024; }
  std::string heard() const { return lab.guest_says("vm1", "cat /agent/hooked"); }
  static long times(const std::string& text, const std::string& what) {
    const std::regex line(what);
    return std::distance(std::sregex_iterator(text.begin(), text.end(), line), std::sregex_iterator());
  }
};

// Without headroomd: what the agent's levers do in a real guest, each once.
class LabDirective : public LabGuest {
 protected:
  LabDirective() : book_(*ingest::DirectiveBook::open((folder_ / "directives.db").string())) {
    rig_.options.address = "0.0.0.0";
    rig_.options.interval = seconds(1);
    rig_.ingest.reset();
    rig_.ingest = *ingest::Ingest::open(rig_.options, {*rig_.identities, *rig_.history, rig_.board, *rig_.clock, 7, {}, book_.get()});
  }
  void SetUp() override {
    if (!is_long()) GTEST_SKIP() << "a guest more to boot: HEADROOM_LONG=1";
    LabGuest::SetUp();
  }
  std::string ask(Directive d) {
    d.vm_uuid = lab.say("uuid vm1");
    d.until = rig_.clock->now() + seconds(30);
    d.reason = "tried";
    const auto id = book_->ask(d, rig_.clock->now());
    EXPECT_TRUE(id);
    rig_.ingest->wake();
    return *id;
  }
  Directive vcpus(Moment moment, std::uint32_t from, std::uint32_t to) {
    Directive d;
    d.moment = moment;
    d.vcpus_from = from;
    d.vcpus_to = to;
    return d;
  }
  DirectiveState end_of(const std::string& id) {
    within(seconds(30), [&] { return (*book_->find(id))->state != DirectiveState::kOpen; });
    return (*book_->find(id))->state;
  }
  std::string words(const std::string& id) { return (*book_->find(id))->answer; }

  const Folder folder_;
  std::unique_ptr<ingest::DirectiveBook> book_;   // ends after the ingest
  ingest::testing::Rig rig_;
};

TEST_F(LabDirective, ProcessorsAreSwitchedOnAndOffByTheAgentAndAnInterruptedChangeIsNotDoneAgain) {
  install(rig_.token(lab.say("uuid vm1")), manager(rig_.port()));
  lab.say("virsh h1 setvcpus vm1 2 --live");
  EXPECT_EQ(vcpus_on(), 1) << "nobody else in the guest switches on what is plugged in";
  const std::string on = ask(vcpus(Moment::kAfter, 1, 2));
  EXPECT_EQ(end_of(on), DirectiveState::kDone) << words(on);
  EXPECT_EQ(vcpus_on(), 2);
  // An agent that has not measured its guest's CPU yet, which takes two samples, vetoes a shrink.
  ASSERT_TRUE(within(seconds(20), [&] { return rig_.board.find(lab.say("uuid vm1"))->reports >= 2; }));
  const std::string off = ask(vcpus(Moment::kBefore, 2, 1));
  EXPECT_EQ(end_of(off), DirectiveState::kDone) << words(off);
  EXPECT_EQ(vcpus_on(), 1);
  EXPECT_EQ(end_of(ask(vcpus(Moment::kAfter, 1, 2))), DirectiveState::kDone);
  EXPECT_EQ(vcpus_on(), 2);

  lab.guest_says("vm1", "touch /agent/slow");
  const std::string cut = ask(vcpus(Moment::kBefore, 2, 1));
  ASSERT_TRUE(within(seconds(10), [&] { return times(heard(), "before-shrink tried") == 2; })) << heard();
  lab.guest_says("vm1", "killall -9 headroom-agent");
  start(manager(rig_.port()));
  EXPECT_EQ(end_of(cut), DirectiveState::kFailed) << words(cut);
  EXPECT_EQ(times(heard(), "before-shrink tried"), 2) << "nobody begins it again";
  EXPECT_EQ(vcpus_on(), 2);
}

class LabGuestManager : public LabGuest {
 protected:
  int port() const { return 7400 + Setting().net; }

  // Days in which it did next to nothing.
  void give_past() {
    at_ = std::chrono::floor<seconds>(clock_.now()) + seconds(5);
    lab.say(fmt::format("past vm1 {}/examples/bitbrains/vms/vm_263.csv.gz --state {} --until 2013-08-12T01:45:00Z --ends-at {}", HEADROOM_SOURCE_DIR, state(), to_rfc3339(at_)));
  }
  std::string state() const { return (folder_ / "state").string(); }
  // A rule for CPU that never holds, so that CPU is not sized by its price either, and what else a test wants.
  std::vector<std::string> fleet(const std::map<std::string, std::string>& changed, const std::string& more_rules = "") const {
    std::ofstream(folder_ / "rules.yaml") << "rules:\n  - {name: never, metric: cpu, action: grow, threshold: 99 %, sustained for: 1h, target: 80 %}\n" << more_rules;
    std::string text = lab.say(fmt::format("fleet {} 2013-08-12T01:45:00Z", to_rfc3339(at_)));
    text = std::regex_replace(text, std::regex("rules: .*"), "rules: " + (folder_ / "rules.yaml").string());
    for (const auto& [was, is] : changed) {
      const auto at = text.find(was);
      EXPECT_NE(at, std::string::npos) << was;
      if (at != std::string::npos) text.replace(at, was.size(), is);
    }
    text += fmt::format("\nowners: [{{vms: vm2, owner: another test}}]\nagents: {{listen: \"0.0.0.0:{}\", interval: 5s, interval near a limit: 1s, drain within: 20s}}\n", port());
    std::ofstream(folder_ / "fleet.yaml") << text;
    return {"--fleet", (folder_ / "fleet.yaml").string(), "--state", state()};
  }
  void let_in(const Manager& manager) {
    ASSERT_TRUE(within(seconds(20), [&] { return manager.ask("get vms").text.find("vm1") != std::string::npos; }));
    const Ran token = run_line(fmt::format("{} agent token vm1 --socket {} 2> /dev/null", kCommand, manager.socket()));
    ASSERT_EQ(token.exit_code, 0) << token.text;
    install(token.text.substr(0, token.text.find('\n')), LabGuest::manager(port()));
  }
  static std::string actions(const Manager& manager) { return manager.ask("get actions").text; }
  static nlohmann::json newest_action(const Manager& manager) { return nlohmann::json::parse(manager.ask("get actions --limit 1 -o json").text).at("actions").at(0); }
  // As `agent list` has it; empty: none of vm1 yet.
  static nlohmann::json agent(const Manager& manager) {
    const auto all = nlohmann::json::parse(manager.ask("agent list -o json").text);
    for (const auto& one : all.at("agents"))
      if (one.at("vm") == "vm1") return one;
    return nlohmann::json::object();
  }
  static Instant instant(const nlohmann::json& text) { return *parse_instant(text.get<std::string>()); }

  const Folder folder_;
  SystemClock clock_;
  Instant at_;
};

TEST_F(LabGuestManager, AShrinkThatOnlyTheAgentsWordAllowsIsVetoedByAHookAndLaterDoneOnceThoughTheManagerIsKilled) {
  // A guest of 384 MiB whose balloon says nothing: only the agent's word lets memory be taken at all. It shrinks to a quarter of a GiB.
  lab.say("virsh h1 update-memory-device vm1 --live --alias virtiomem0 --requested-size 256MiB");
  lab.say("virsh h1 dommemstat vm1 --period 0 --live");
  ASSERT_TRUE(within(seconds(20), [&] { return memory_mib() > 300; })) << memory_mib();
  give_past();
  Manager manager(fleet({{"shrink cooldown: 30s", "shrink cooldown: 3s, memory margin: 16 MiB"}},
                        "  - {name: spare-memory, metric: memory, action: shrink, target: 20 %, sustained for: 10s, limits: {at least: 256 MiB}, cooldown: 3s}\n"));
  let_in(manager);
  lab.guest_says("vm1", "touch /agent/full");

  // The guest says no.
  const long had = memory_mib();
  ASSERT_TRUE(within(seconds(60), [&] { return actions(manager).find("its guest vetoes: hook app ended with 1: the heap is full") != std::string::npos; }))
      << actions(manager) << manager.ask("agent list").text;
  EXPECT_EQ(memory_mib(), had);
  EXPECT_NE(manager.ask("agent list").text.find("the heap is full"), std::string::npos);

  // Agreed to, with the manager killed while the hook runs: done once.
  const long asked = times(heard(), "before-shrink");
  lab.guest_says("vm1", "rm /agent/full; touch /agent/slow");
  ASSERT_TRUE(within(seconds(30), [&] { return times(heard(), "before-shrink") > asked; })) << actions(manager);
  manager.end(SIGKILL);
  manager.start();
  ASSERT_TRUE(within(seconds(60), [&] { return memory_mib() < had - 64 && times(heard(), "after-shrink") > 0; })) << actions(manager) << heard();
  const std::string all = heard();
  std::smatch last;
  ASSERT_TRUE(std::regex_search(all, last, std::regex("after-shrink (action [0-9]+)\n")));
  EXPECT_EQ(times(all, fmt::format("before-shrink {}\n", last[1].str())), 1) << all;
  fmt::print("{}{}", all, actions(manager));
}

// Rounds come every 30 s. The guest has one processor, whole, and nobody but the agent switches a second one on.
TEST_F(LabGuestManager, AGuestUnderPressureGetsAProcessorAtOnceAndIsReadyBeforeItMoves) {
  constexpr Duration kEvery = seconds(30);
  lab.say("virsh h1 schedinfo vm1 --live vcpu_quota=100000");
  give_past();
  std::map<std::string, std::string> changed{{"\nstep: 10s", "\nstep: 30s"}, {"every: 5s", "every: 30s"}, {"[10s, 30s, 2m]", "[30s, 1m, 2m]"}};
  Manager manager(fleet(changed));
  let_in(manager);
  ASSERT_TRUE(within(seconds(30), [&] { return agent(manager).value("reports", 0) > 0; }));
  ASSERT_EQ(vcpus_on(), 1);

  const Instant pressed = clock_.now();
  lab.guest_says("vm1", "for i in 1 2 3; do yes > /dev/null 2>&1 & done");
  ASSERT_TRUE(within(seconds(90), [&] { return vcpus_on() == 2; })) << actions(manager) << manager.ask("agent list").text;
  const Instant on = clock_.now();
  ASSERT_TRUE(within(seconds(20), [&] { return times(heard(), "after-grow action") == 1; })) << actions(manager) << heard();
  lab.run("ask vm1 'run killall yes'");
  const auto grown = newest_action(manager);
  const Instant asked = instant(agent(manager).at("demand").at("at")), decided = instant(grown.at("at"));
  const auto after = [&](Instant at) { return static_cast<double>((at - pressed).count()) / 1000; };
  fmt::print("after three wanted the one processor it asked {:.1f} s, that was decided {:.1f} s, two were on {:.1f} s; a round comes every {}\n{}", after(asked),
             after(decided), after(on), to_text(kEvery), actions(manager));
  EXPECT_EQ(grown.at("rule"), "demand") << grown;
  EXPECT_EQ(grown.at("code"), "pressure") << grown;
  EXPECT_EQ(agent(manager).at("demand").at("resource"), "cpu");
  // Rounds of their own time begin at whole multiples. Where the next one was about to come, nothing can be told apart.
  const Instant next = asked - asked.time_since_epoch() % kEvery + kEvery;
  if (next - asked > seconds(5)) {
    EXPECT_LT(decided, next) << "it was decided in a round that nobody had asked for";
  }

  // Its host is emptied: it moves when it says that it is ready, and hears that it has. (The manager begins anew, as rounds come oftener for this.)
  manager.end(SIGTERM);
  changed["every: 5s"] = "every: 5s";
  static_cast<void>(fleet(changed));
  manager.start();
  ASSERT_TRUE(within(seconds(30), [&] { return agent(manager).value("connected", false); }));
  const Ran drained = run_line(fmt::format("{} host drain h1 --socket {}", kCommand, manager.socket()));
  ASSERT_EQ(drained.exit_code, 0) << drained.text;
  ASSERT_TRUE(within(seconds(30), [&] { return times(heard(), "drain its host is being emptied; action") == 1; })) << actions(manager) << heard();
  EXPECT_EQ(lab.run("virsh h1 domjobinfo vm1").text.find("Outgoing migration"), std::string::npos) << "it began before its guest was ready";
  EXPECT_EQ(lab.where("vm1"), "h1");
  EXPECT_EQ(times(heard(), "resume"), 0);
  lab.guest_says("vm1", "touch /agent/ready");
  const Stopwatch ready;
  ASSERT_TRUE(within(seconds(90), [&] { return times(heard(), "resume its host is being emptied; action") > 0; })) << actions(manager) << heard();
  fmt::print("{:.1f} s after it was ready it had heard that its move was over\n{}{}", ready.seconds(), heard(), actions(manager));
  EXPECT_EQ(lab.where("vm1"), "h2");
  EXPECT_EQ(lab.places("vm1"), 1);
  EXPECT_EQ(times(heard(), "drain"), 1);
  EXPECT_EQ(times(heard(), "resume"), 1);
  EXPECT_EQ(vcpus_on(), 2);
}

}  // namespace
}  // namespace headroom::lab
