// What guests are asked of the real agent in a real guest: vCPUs on and off; and by a real headroomd, a shrink that a hook vetoes, and the same
// one agreed to and done once, whoever is killed meanwhile.
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
    LabTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) renew("h1");
  }
  // The next test's manager is another one, and this guest is claimed.
  void TearDown() override {
    if (!IsSkipped()) renew("h1");
  }
  void renew(const std::string& host) {
    if (!lab.where("vm1").empty()) lab.say("fault guest vm1");
    ASSERT_TRUE(within(seconds(10), [&] { return lab.places("vm1") == 0; })) << "vm1 does not go away";
    lab.say("repair guest vm1 " + host);
  }
  std::string manager(int port) const { return fmt::format("10.{}.1.1:{}", Setting().net, port); }
  // A hook that writes down what it hears, takes its time before a shrink where /agent/slow is, and refuses it where /agent/full is.
  void install(const std::string& token, const std::string& manager) {
    std::string hook = "rm -rf /agent; mkdir -p /agent/hooks; touch /agent/hooked; ";
    for (const char* line : {"#!/bin/sh", "echo \\$1 \\$HEADROOM_REASON >> /agent/hooked", "[ \\$1 = before-shrink ] || exit 0", "[ -e /agent/slow ] && sleep 4",
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
  if (!is_long()) GTEST_SKIP() << "a guest more to boot: HEADROOM_LONG=1";
  install(rig_.token(lab.say("uuid vm1")), manager(rig_.port()));
  lab.say("virsh h1 setvcpus vm1 2 --live");
  EXPECT_EQ(vcpus_on(), 1) << "nobody else in the guest switches on what is plugged in";
  const std::string on = ask(vcpus(Moment::kAfter, 1, 2));
  EXPECT_EQ(end_of(on), DirectiveState::kDone) << words(on);
  EXPECT_EQ(vcpus_on(), 2);
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

  // A guest of 384 MiB whose balloon says nothing, and days in which it did next to nothing.
  void set_out() {
    lab.say("virsh h1 update-memory-device vm1 --live --alias virtiomem0 --requested-size 256MiB");
    lab.say("virsh h1 dommemstat vm1 --period 0 --live");
      ASSERT_TRUE(within(seconds(20), [&] { return memory_mib() > 300; })) << memory_mib();
    at_ = std::chrono::floor<seconds>(clock_.now()) + seconds(5);
    lab.say(fmt::format("past vm1 {}/examples/bitbrains/vms/vm_263.csv.gz --state {} --until 2013-08-12T01:45:00Z --ends-at {}", HEADROOM_SOURCE_DIR, state(), to_rfc3339(at_)));
  }
  std::string state() const { return (folder_ / "state").string(); }
  // CPU stays as it is; memory shrinks to a quarter of a GiB.
  std::vector<std::string> fleet() const {
    std::ofstream(folder_ / "rules.yaml") << R"(rules:
  - {name: spare-memory, metric: memory, action: shrink, target: 20 %, sustained for: 10s, limits: {at least: 256 MiB}, cooldown: 3s}
  - {name: never, metric: cpu, action: grow, threshold: 99 %, sustained for: 1h, target: 80 %}
)";
    std::string text = lab.say(fmt::format("fleet {} 2013-08-12T01:45:00Z", to_rfc3339(at_)));
    text = std::regex_replace(text, std::regex("rules: .*"), "rules: " + (folder_ / "rules.yaml").string());
    text = std::regex_replace(text, std::regex("shrink cooldown: 30s"), "shrink cooldown: 3s, memory margin: 16 MiB");
    text += fmt::format("\nowners: [{{vms: vm2, owner: another test}}]\nagents: {{listen: \"0.0.0.0:{}\", interval: 5s, interval near a limit: 1s}}\n", port());
    std::ofstream(folder_ / "fleet.yaml") << text;
    return {"--fleet", (folder_ / "fleet.yaml").string(), "--state", state()};
  }
  void let_in(const Manager& manager) {
    const Ran token = run_line(fmt::format("{} agent token vm1 --socket {} 2> /dev/null", kCommand, manager.socket()));
    ASSERT_EQ(token.exit_code, 0) << token.text;
    install(token.text.substr(0, token.text.find('\n')), LabGuest::manager(port()));
    lab.guest_says("vm1", "touch /agent/full");
  }
  static std::string actions(const Manager& manager) { return manager.ask("get actions").text; }

  const Folder folder_;
  SystemClock clock_;
  Instant at_;
};

TEST_F(LabGuestManager, AShrinkThatOnlyTheAgentsWordAllowsIsVetoedByAHookAndLaterDoneOnceThoughTheManagerIsKilled) {
  set_out();
  Manager manager(fleet());
  ASSERT_TRUE(within(seconds(20), [&] { return manager.ask("get vms").text.find("vm1") != std::string::npos; }));
  let_in(manager);

  // The balloon tells nothing: only the agent's word lets memory be taken at all, and it says no.
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

}  // namespace
}  // namespace headroom::lab
