#include "headroom/agent/agent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "running_agent.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

class Agent : public testing::Test {
 protected:
  Agent() {
    write_guest(tree);
    std::filesystem::create_directory(tree.path("state"));
    manager.give_identity(tree.path("state"));
  }
  static ToAgent directive(const Hello& hello, std::uint64_t seconds = 60) {
    ToAgent message;
    Directive& d = *message.mutable_directive();
    d.set_id(std::string(16, 'd'));
    d.set_epoch(1);
    d.set_not_after_boottime_ns(hello.boottime_ns() + seconds * 1'000'000'000);
    d.mutable_allocation()->set_moment(Allocation::BEFORE);
    d.mutable_allocation()->set_vcpus_from(2);
    d.mutable_allocation()->set_vcpus_to(1);
    return message;
  }
  static DirectiveResult result_from(FakeSession& session) {
    for (;;) {
      const auto message = session.receive();
      if (message.has_result()) return message.result();
    }
  }

  Tree tree;
  FakeManager manager;
};

TEST_F(Agent, SaysHelloAndReportsOnceItIsWelcome) {
  RunningAgent agent(tree, manager.address());
  FakeSession session = manager.accept();
  const Hello hello = session.receive().hello();
  EXPECT_EQ(hello.boot_id(), std::string("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16));
  EXPECT_EQ(hello.vcpus_possible(), 8u);
  EXPECT_EQ(hello.memory_block_kib(), 131'072u);
  session.welcome();
  const Report first = session.receive_report();
  EXPECT_EQ(first.sequence(), 1u);
  EXPECT_EQ(first.mean(METRIC_MEMORY_TOTAL_KIB), 2'000'000);
  const Report second = session.receive_report();
  EXPECT_EQ(second.sequence(), 2u);
  EXPECT_EQ(second.mean(METRIC_CPU_MCORES), 0);
  EXPECT_GT(second.span_ms(), 500u);
  ASSERT_TRUE(agent.end());
  EXPECT_EQ(session.receive().goodbye().code(), Goodbye::STOPPING);
}

TEST_F(Agent, TellsWhichReportsTheManagerHasWhereItsOwnerWantsThat) {
  RunningAgent agent(tree, manager.address(), true);
  FakeSession session = manager.accept();
  session.receive();
  session.welcome();
  session.acknowledge(session.receive_report().sequence());
  session.receive_report();   // of a second later
  ASSERT_TRUE(agent.end());
  EXPECT_EQ(agent.said().back(), "the manager has report 1: CPU unknown, memory available 1500000 KiB");
}

TEST_F(Agent, SendsAgainWhatWasNotAcknowledgedAndNothingElse) {
  RunningAgent agent(tree, manager.address());
  std::string run;
  {
    FakeSession session = manager.accept();
    run = session.receive().hello().run_id();
    session.welcome();
    for (int i = 0; i < 3; ++i) session.receive_report();
    session.acknowledge(1);
  }
  FakeSession session = manager.accept();
  EXPECT_EQ(session.receive().hello().run_id(), run);
  session.welcome(2);  // the second was durable too; its acknowledgement was lost
  EXPECT_EQ(session.receive_report().sequence(), 3u);
}

TEST_F(Agent, BuffersWhileNobodyListensAndSendsAllWhenItCanConnectAgain) {
  RunningAgent agent(tree, manager.address());
  {
    FakeSession session = manager.accept();
    session.receive();
    session.welcome();
    session.receive_report();
    manager.deafen();
  }
  const Stopwatch watch;
  manager.listen();
  FakeSession session = manager.accept();
  session.receive();
  session.welcome(1);
  std::uint64_t last = 1;
  for (int i = 0; i < 3; ++i) {
    const Report report = session.receive_report();
    EXPECT_EQ(report.sequence(), last + 1);
    last = report.sequence();
  }
}

TEST_F(Agent, PutBackToASnapshotBeginsANewRun) {
  RunningAgent agent(tree, manager.address());
  std::string run;
  {
    FakeSession session = manager.accept();
    run = session.receive().hello().run_id();
    session.welcome(1000);  // it has given no such number
    EXPECT_TRUE(session.ends());
  }
  FakeSession session = manager.accept();
  EXPECT_NE(session.receive().hello().run_id(), run);
  session.welcome();
  EXPECT_EQ(session.receive_report().sequence(), 1u);
}

TEST_F(Agent, AppliesADirectiveOnceAndTellsItsResultUntilItIsHeard) {
  RunningAgent agent(tree, manager.address());
  {
    FakeSession session = manager.accept();
    const Hello hello = session.receive().hello();
    session.welcome();
    for (int i = 0; i < 2; ++i) session.receive_report();  // it knows its use of CPU from the second on
    session.send(directive(hello));
    const DirectiveResult result = result_from(session);
    EXPECT_EQ(result.outcome(), DONE) << result.reason();
    EXPECT_FALSE(result.again());
    EXPECT_EQ(tree.read("sys/devices/system/cpu/cpu1/online").substr(0, 1), "0");
  }
  tree.write("sys/devices/system/cpu/cpu1/online", "untouched");
  FakeSession session = manager.accept();
  session.receive();
  session.welcome();
  const DirectiveResult again = result_from(session);
  EXPECT_TRUE(again.again());
  EXPECT_EQ(again.outcome(), DONE);
  EXPECT_EQ(tree.read("sys/devices/system/cpu/cpu1/online"), "untouched");
}

TEST_F(Agent, JudgesAShrinkByWhatIsSoNowHoweverSeldomItSamples) {
  RunningAgent agent(tree, manager.address());
  FakeSession session = manager.accept();
  const Hello hello = session.receive().hello();
  session.welcome(0, wire::kIntervalMaxMs);
  session.receive_report();
  tree.write("proc/meminfo", "MemTotal: 2000000 kB\nMemFree: 90000 kB\nMemAvailable: 150000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
  ToAgent shrink = directive(hello);
  shrink.mutable_directive()->mutable_allocation()->set_vcpus_to(0);
  shrink.mutable_directive()->mutable_allocation()->set_memory_kib_from(2'000'000);
  shrink.mutable_directive()->mutable_allocation()->set_memory_kib_to(1'900'000);
  session.send(shrink);
  const DirectiveResult result = result_from(session);
  EXPECT_EQ(result.outcome(), VETOED);
  EXPECT_EQ(result.memory_available_kib(), 150'000u);
}

TEST_F(Agent, RenewsItsCertificateOnTheOpenConnection) {
  manager.give_identity(tree.path("state"), std::chrono::seconds(4));
  const std::string old = tree.read("state/chain.pem");
  RunningAgent agent(tree, manager.address());
  FakeSession session = manager.accept();
  session.receive();
  session.welcome();
  std::string request;
  while (request.empty()) {
    const auto message = session.receive();
    if (message.has_renew()) request = message.renew().csr();
  }
  ToAgent renewed;
  for (const std::string& der : manager.issue(request)) renewed.mutable_renewed()->add_chain(der);
  session.send(renewed);
  session.receive_report();
  session.receive_report();  // the stream goes on
  EXPECT_NE(tree.read("state/chain.pem"), old);
  { const FakeSession ended = std::move(session); }
  FakeSession next = manager.accept();
  EXPECT_FALSE(next.resumed()) << "its ticket is of the old certificate";
}

TEST_F(Agent, ComesBackByItsTicketHoweverTheConnectionEnded) {
  RunningAgent agent(tree, manager.address());
  for (int i = 0; i < 3; ++i) {
    FakeSession session = manager.accept();
    EXPECT_EQ(session.resumed(), i > 0) << i;
    EXPECT_TRUE(session.receive().has_hello());
    session.welcome();
    session.receive_report();
    if (i == 1) session.cut();   // without a goodbye, as when a manager dies
  }
}

TEST_F(Agent, SaysNothingToWhoIsNoManagerOfItsCa) {
  for (const bool other_ca : {true, false}) {
    FakeManager stranger(other_ca ? "urn:headroom:manager" : "urn:uuid:00000000-0000-0000-0000-000000000000");
    if (!other_ca) stranger.give_identity(tree.path("state"));  // of its own CA, but a VM's certificate
    RunningAgent agent(tree, stranger.address());
    bool silent = false;
    try {
      FakeSession session = stranger.accept();
      silent = session.ends();
    } catch (const std::runtime_error&) {
      silent = true;  // not even a handshake
    }
    EXPECT_TRUE(silent);
    ASSERT_TRUE(agent.end());
    ASSERT_FALSE(agent.said().empty());
    EXPECT_NE(agent.said()[0].find("certificate"), std::string::npos) << agent.said()[0];
  }
}

TEST_F(Agent, ComesBackAfterAManagerThatSendsWhatItMustNot) {
  RunningAgent agent(tree, manager.address());
  {
    FakeSession session = manager.accept();
    session.receive();
    ToAgent early = directive(Hello());
    session.send(early);
    EXPECT_TRUE(session.ends());
  }
  FakeSession session = manager.accept();
  EXPECT_TRUE(session.receive().has_hello());
}

TEST_F(Agent, TellsOnTheSameConnectionWhenHooksArePutInOrTakenAway) {
  RunningAgent agent(tree, manager.address());
  FakeSession session = manager.accept();
  const auto has_hooks = [](const auto& said) { return std::count(said.features().begin(), said.features().end(), FEATURE_HOOKS) == 1; };
  EXPECT_FALSE(has_hooks(session.receive().hello()));
  session.welcome();
  const auto next = [&] {
    for (;;)
      if (const auto message = session.receive(); message.has_abilities()) return message.abilities();
  };
  tree.write_program("hooks/app", "#!/bin/sh\n");
  const Abilities with = next();
  EXPECT_TRUE(has_hooks(with));
  EXPECT_GT(with.features_size(), 1) << "all that it can is told, not what is new";
  std::filesystem::remove(tree.path("hooks/app"));
  EXPECT_FALSE(has_hooks(next()));
}

TEST_F(Agent, DemandsMoreWhileTheGuestIsUnderPressureHoweverSeldomItSamples) {
  tree.write("proc/pressure/cpu", "some avg10=45.00 avg60=0.00 avg300=0.00 total=1\n");
  RunningAgent agent(tree, manager.address());
  FakeSession session = manager.accept();
  session.receive();
  session.welcome(0, 60'000);
  for (;;) {
    const auto message = session.receive();
    if (!message.has_demand()) continue;
    EXPECT_EQ(message.demand().resource(), Demand::CPU);
    EXPECT_EQ(message.demand().wanted(), 2500u);
    EXPECT_GE(message.demand().sustained_ms(), 5000u);
    break;
  }
}

TEST_F(Agent, ThatHasNotJoinedSaysHowTo) {
  std::filesystem::remove(tree.path("state/key.pem"));
  RunningAgent agent(tree, manager.address());
  const auto done = agent.end();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kNotFound);
  EXPECT_NE(done.error().message.find("run headroom-agent join"), std::string::npos);
}

}  // namespace
}  // namespace headroom::agent
