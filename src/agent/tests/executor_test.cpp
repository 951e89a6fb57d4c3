#include "../src/executor.h"

#include <gtest/gtest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "headroom/agent/testing/tree.h"
#include "headroom/base/clock.h"
#include "headroom/base/stop.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

constexpr std::int64_t kSecond = 1'000'000'000;

class Directing : public testing::Test {
 protected:
  Directing() {
    write_guest(tree);
    calm.fill(0);
    calm[METRIC_CPU_MCORES] = 500;
    calm[METRIC_VCPUS_ONLINE] = 2;
    calm[METRIC_MEMORY_TOTAL_KIB] = 2'000'000;
    calm[METRIC_MEMORY_AVAILABLE_KIB] = 1'500'000;
  }

  static std::string id(int number) { return std::string(15, 'd') + static_cast<char>('0' + number); }
  static Directive directive(int number, std::uint64_t epoch = 1) {
    Directive d;
    d.set_id(id(number));
    d.set_epoch(epoch);
    d.set_not_after_boottime_ns(100 * kSecond);
    return d;
  }
  static Directive vcpus(int number, Allocation::Moment moment, std::uint32_t from, std::uint32_t to) {
    Directive d = directive(number);
    d.mutable_allocation()->set_moment(moment);
    d.mutable_allocation()->set_vcpus_from(from);
    d.mutable_allocation()->set_vcpus_to(to);
    return d;
  }
  static Directive memory(int number, Allocation::Moment moment, std::uint64_t from, std::uint64_t to) {
    Directive d = directive(number);
    d.mutable_allocation()->set_moment(moment);
    d.mutable_allocation()->set_memory_kib_from(from);
    d.mutable_allocation()->set_memory_kib_to(to);
    return d;
  }
  // The kernel's file has no length; this one keeps what was behind.
  std::string cpu(int number) const { return tree.read("sys/devices/system/cpu/cpu" + std::to_string(number) + "/online").substr(0, 1); }
  void restart() {
    executor.reset();
    hooks.reset();
    ledger.emplace(*Ledger::open(tree.path("directives")));
    hooks.emplace(tree.path("hooks"), std::chrono::seconds(5));
    executor.emplace(*ledger, levers, *hooks, may);
  }
  // Until a result is there, as the agent's loop does it, on the real clock where hooks run.
  DirectiveResult finish() {
    for (int rounds = 0; rounds < 1000; ++rounds) {
      executor->advance(calm, now);
      const auto results = executor->results();
      if (!results.empty()) return results.back();
      const auto fds = executor->fds();
      pollfd all[]{{fds[0], POLLIN, 0}, {fds[1], POLLIN, 0}};
      if (fds[0] < 0 || poll(all, 2, 5000) == 0) now = std::max(now, executor->next_ns());
    }
    ADD_FAILURE() << "no result";
    return {};
  }
  DirectiveResult obey(const Directive& d) {
    executor->take(d, now);
    return finish();
  }

  Tree tree;
  Values calm{};
  Permissions may;
  const Levers levers{{tree.path("proc"), tree.path("sys")}};
  std::optional<Ledger> ledger{*Ledger::open(tree.path("directives"))};
  std::optional<Hooks> hooks{std::in_place, tree.path("hooks"), std::chrono::seconds(5)};
  std::optional<Executor> executor{std::in_place, *ledger, levers, *hooks, may};
  std::int64_t now = kSecond;
};

TEST_F(Directing, SwitchesTheHighestVcpuOffBeforeAShrink) {
  EXPECT_EQ(obey(vcpus(1, Allocation::BEFORE, 2, 1)).outcome(), DONE);
  EXPECT_EQ(cpu(1), "0");
}

TEST_F(Directing, SwitchesOnAfterAGrowthTheVcpusAndMemoryThatCame) {
  Directive d = vcpus(1, Allocation::AFTER, 2, 4);
  d.mutable_allocation()->set_memory_kib_from(1'000'000);
  d.mutable_allocation()->set_memory_kib_to(2'000'000);
  EXPECT_EQ(obey(d).outcome(), DONE);
  EXPECT_EQ(cpu(2), "1");
  EXPECT_EQ(cpu(3), "1");
  EXPECT_EQ(tree.read("sys/devices/system/memory/memory1/state").substr(0, 6), "online");
}

// Niceness is a thread's: that one is held in the middle of its writing by a pipe that nobody reads.
TEST_F(Directing, SwitchesOnBeforeTheLoadThatThisIsToRelieveAndIsNicedAgainAfterwards) {
  const std::string pipe = tree.path("sys/devices/system/cpu/cpu2/online");
  ASSERT_EQ(unlink(pipe.c_str()), 0);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  struct Seen {
    int online = 0, niceness = -1;
  };
  std::promise<pid_t> begins;
  std::promise<Seen> ends;
  std::thread agent([&] {
    setpriority(PRIO_PROCESS, 0, 10);
    const bool may_rise = setpriority(PRIO_PROCESS, 0, 0) == 0;
    setpriority(PRIO_PROCESS, 0, 10);
    begins.set_value(may_rise ? static_cast<pid_t>(syscall(SYS_gettid)) : 0);
    if (may_rise) ends.set_value({levers.set_vcpus(3).value_or(0), getpriority(PRIO_PROCESS, 0)});
  });
  const pid_t writer = begins.get_future().get();
  bool rose = false;
  Seen seen;
  if (writer != 0) {
    rose = poll_until([&] { return getpriority(PRIO_PROCESS, static_cast<id_t>(writer)) == 0; }, std::chrono::seconds(20));
    const int reads = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // waits for nobody, should it not be written at all
    seen = ends.get_future().get();
    close(reads);
  }
  agent.join();
  if (writer == 0) GTEST_SKIP() << "who runs this may not raise a priority again: root may";
  EXPECT_TRUE(rose);
  EXPECT_EQ(seen.online, 3);
  EXPECT_EQ(seen.niceness, 10);
}

TEST_F(Directing, WaitsForVcpusThatAreNotThereYetAndSaysHowManyAreMissing) {
  executor->take(vcpus(1, Allocation::AFTER, 2, 6), now);
  executor->advance(calm, now);
  EXPECT_TRUE(executor->results().empty());
  EXPECT_LE(executor->next_ns(), now + kSecond);
  const DirectiveResult result = finish();
  EXPECT_EQ(result.outcome(), FAILED);
  EXPECT_EQ(result.reason(), "4 of 6 vCPUs are on; the others are not there");
  EXPECT_GE(now, 6 * kSecond);
}

TEST_F(Directing, DropsCachesBeforeMemoryIsTakenThatIsNotFree) {
  EXPECT_EQ(obey(memory(1, Allocation::BEFORE, 2'000'000, 1'500'000)).outcome(), DONE);
  EXPECT_EQ(tree.read("proc/sys/vm/drop_caches"), "0\n");  // 900 MB are free
  EXPECT_EQ(obey(memory(2, Allocation::BEFORE, 2'000'000, 1'000'000)).outcome(), DONE);
  EXPECT_EQ(tree.read("proc/sys/vm/drop_caches").substr(0, 1), "1");
}

TEST_F(Directing, VetoesAShrinkThatWouldHurtAndChangesNothing) {
  tree.write_program("hooks/10-app", "#!/bin/sh\ntouch \"$0.ran\"\n");
  const DirectiveResult result = obey(memory(1, Allocation::BEFORE, 2'000'000, 400'000));
  EXPECT_EQ(result.outcome(), VETOED);
  EXPECT_NE(result.reason().find("are available"), std::string::npos);
  EXPECT_FALSE(tree.has("hooks/10-app.ran"));
}

TEST_F(Directing, AppliesAnIdOnceHoweverOftenItIsSentAndTellsTheSameResult) {
  tree.write_program("hooks/10-app", "#!/bin/sh\necho \"$1\" >> \"$(dirname \"$0\")/../ran\"\n");
  EXPECT_FALSE(obey(vcpus(1, Allocation::BEFORE, 2, 1)).again());
  for (int i = 0; i < 3; ++i) {
    const DirectiveResult again = obey(vcpus(1, Allocation::BEFORE, 2, 1));
    EXPECT_EQ(again.outcome(), DONE);
    EXPECT_TRUE(again.again());
    restart();
  }
  EXPECT_EQ(tree.read("ran"), "before-shrink\n");
}

TEST_F(Directing, KilledAmidADirectiveSaysSoAndDoesNotBeginAgain) {
  tree.write_program("hooks/10-app", "#!/bin/sh\necho ran >> \"$(dirname \"$0\")/../ran\"\nexec sleep 100\n");
  executor->take(vcpus(1, Allocation::BEFORE, 2, 1), now);
  executor->advance(calm, now);
  ASSERT_TRUE(hooks->running());
  restart();
  const DirectiveResult result = obey(vcpus(1, Allocation::BEFORE, 2, 1));
  EXPECT_EQ(result.outcome(), INTERRUPTED);
  EXPECT_EQ(cpu(1), "1");
}

TEST_F(Directing, RefusesAManagerThatWasReplacedAlsoAfterARestart) {
  EXPECT_EQ(obey(directive(1, 5)).outcome(), UNSUPPORTED);
  Directive newer = vcpus(2, Allocation::BEFORE, 2, 1);
  newer.set_epoch(9);
  EXPECT_EQ(obey(newer).outcome(), DONE);
  restart();
  Directive older = vcpus(3, Allocation::AFTER, 1, 2);
  older.set_epoch(8);
  const DirectiveResult result = obey(older);
  EXPECT_EQ(result.outcome(), STALE_EPOCH);
  EXPECT_EQ(cpu(1), "0");
}

TEST_F(Directing, DoesNotBeginWhatCameTooLate) {
  now = 101 * kSecond;
  EXPECT_EQ(obey(vcpus(1, Allocation::BEFORE, 2, 1)).outcome(), EXPIRED);
  EXPECT_EQ(cpu(1), "1");
}

TEST_F(Directing, LetsTheOwnerKeepItsVcpus) {
  may.vcpus = false;
  restart();
  const DirectiveResult result = obey(vcpus(1, Allocation::BEFORE, 2, 1));
  EXPECT_EQ(result.outcome(), VETOED);
  EXPECT_EQ(result.reason(), "this guest's owner does not let its vCPUs be switched");
}

TEST_F(Directing, TellsHooksTheFiguresInTheOrderOfTheirNames) {
  tree.write_program("hooks/20-second", "#!/bin/sh\necho \"second $1 $HEADROOM_MEMORY_KIB_FROM $HEADROOM_MEMORY_KIB_TO\" >> \"$(dirname \"$0\")/../ran\"\n");
  tree.write_program("hooks/10-first", "#!/bin/sh\necho \"first $HEADROOM_EVENT $HEADROOM_REASON\" >> \"$(dirname \"$0\")/../ran\"\n");
  tree.write("hooks/30-not-executable", "echo no >> ran\n");
  Directive d = memory(1, Allocation::AFTER, 1'000'000, 2'000'000);
  d.set_reason("forecast");
  EXPECT_EQ(obey(d).outcome(), DONE);
  EXPECT_EQ(tree.read("ran"), "first after-grow forecast\nsecond after-grow 1000000 2000000\n");
}

TEST_F(Directing, TakesAHookThatFailsBeforeAShrinkForAVetoWithItsLastWords) {
  tree.write_program("hooks/10-app", "#!/bin/sh\necho begin\necho 'the heap cannot shrink now' >&2\nexit 3\n");
  const DirectiveResult result = obey(vcpus(1, Allocation::BEFORE, 2, 1));
  EXPECT_EQ(result.outcome(), VETOED);
  EXPECT_EQ(result.reason(), "hook 10-app ended with 3: the heap cannot shrink now");
  EXPECT_EQ(cpu(1), "1");
}

TEST_F(Directing, KillsAHookThatDoesNotEndInTimeWithAllThatItStarted) {
  tree.write_program("hooks/10-app", "#!/bin/sh\nsleep 1000 &\necho $! > \"$(dirname \"$0\")/../child\"\necho started\nwait\n");
  executor->take(vcpus(1, Allocation::BEFORE, 2, 1), now);
  executor->advance(calm, now);
  pollfd output{executor->fds()[1], POLLIN, 0};
  ASSERT_EQ(poll(&output, 1, 10'000), 1);  // it has begun
  now += 5 * kSecond;
  const DirectiveResult result = finish();
  EXPECT_EQ(result.outcome(), VETOED);
  EXPECT_EQ(result.reason(), "hook 10-app did not end within 5000 ms and was killed");
  const int child = std::stoi(tree.read("child"));
  // It was sent the signal by then, and ends in its own time.
  const Descriptor ended(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  pollfd exit{ended.get(), POLLIN, 0};
  EXPECT_TRUE(!ended || poll(&exit, 1, 10'000) == 1);
}

TEST_F(Directing, RunsNoHookThatOthersCouldChange) {
  tree.write_program("hooks/10-app", "#!/bin/sh\ntouch \"$(dirname \"$0\")/../ran\"\n");
  chmod(tree.path("hooks/10-app").c_str(), 0757);
  Directive d = directive(1);
  d.mutable_drain();
  EXPECT_EQ(obey(d).outcome(), DONE);
  EXPECT_FALSE(tree.has("ran"));
}

TEST_F(Directing, HandsTheSamplingOnAndRunsTheDrainHook) {
  Directive d = directive(1);
  d.mutable_sampling()->set_interval_ms(5000);
  EXPECT_EQ(obey(d).outcome(), DONE);
  EXPECT_EQ(executor->sampling()->interval_ms(), 5000u);
  EXPECT_FALSE(executor->sampling());
  tree.write_program("hooks/10-app", "#!/bin/sh\nexit 4\n");
  Directive drain = directive(2);
  drain.mutable_drain();
  const DirectiveResult result = obey(drain);
  EXPECT_EQ(result.outcome(), FAILED);
  EXPECT_EQ(result.reason(), "hook 10-app ended with 4");
}

TEST_F(Directing, TellsTheHookWhenADrainIsOver) {
  tree.write_program("hooks/10-app", "#!/bin/sh\necho \"$1\" >> \"$(dirname \"$0\")/../ran\"\n");
  Directive d = directive(1);
  d.mutable_drain();
  EXPECT_EQ(obey(d).outcome(), DONE);
  d.set_id(id(2));
  d.mutable_drain()->set_over(true);
  EXPECT_EQ(obey(d).outcome(), DONE);
  EXPECT_EQ(tree.read("ran"), "drain\nresume\n");
}

TEST_F(Directing, DoesOneAfterTheOtherAndRefusesWhenTooManyWait) {
  tree.write_program("hooks/10-app", "#!/bin/sh\nread -r forever < \"$(dirname \"$0\")/../never\"\n");
  ASSERT_EQ(system(("mkfifo " + tree.path("never")).c_str()), 0);
  executor->take(vcpus(0, Allocation::BEFORE, 2, 1), now);
  executor->advance(calm, now);
  for (int i = 1; i <= 17; ++i) executor->take(vcpus(i, Allocation::AFTER, 1, 2), now);
  const auto results = executor->results();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].id(), id(17));
  EXPECT_EQ(results[0].outcome(), FAILED);
}

}  // namespace
}  // namespace headroom::agent
