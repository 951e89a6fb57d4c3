// A whole headroomd, with its history, a fleet and honest agents that report every second, and beside them everything that is not honest: its
// memory stays what it was, the others' reports are acknowledged in time, its page answers, and nothing that was acknowledged is lost.
// 100 agents and short attacks; with HEADROOM_LONG 1,000, and 10,000 connections at once.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <span>
#include <thread>

#include "../support/manager.h"
#include "agent_fleet.h"
#include "headroom/base/descriptor.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/identity/identity_book.h"
#include "headroom/ingest/testing/crowd.h"
#include "headroom/ingest/testing/half_open.h"

namespace headroom {
namespace {

using namespace ingest::testing;

constexpr std::uint64_t kSecond = 1'000'000'000;
const bool kLong = std::getenv("HEADROOM_LONG") != nullptr;
const int kAgents = kLong ? 1000 : 100, kBad = kAgents / 100;   // one in a hundred
const std::size_t kConnections = kLong ? 10'000 : 1'000, kAddresses = 200;
const Duration kCalm = std::chrono::seconds(kLong ? 30 : 5), kAttack = std::chrono::seconds(kLong ? 10 : 3);

double resident_mib(pid_t pid) {
  std::ifstream statm(fmt::format("/proc/{}/statm", pid));
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// What harm is done with: the manager's port, agents that went bad, and when to stop.
struct Enemy {
  int port = 0;
  std::vector<Credential> agents;
  std::size_t connections = 0;      // of each who holds many
  const std::atomic<bool>& over;
};

std::string noise(std::size_t size) {
  static thread_local std::mt19937_64 random(20261126);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

void wait(const Enemy& enemy) {
  poll_until([&] { return enemy.over.load(); }, std::chrono::minutes(5));
}

void say_nothing(const Enemy& enemy) {
  const HalfOpen crowd(enemy.port, enemy.connections, {}, kAddresses);
  wait(enemy);
}

void end_no_handshake(const Enemy& enemy) {
  const HalfOpen crowd(enemy.port, enemy.connections, client_hello(), kAddresses);
  wait(enemy);
}

void speak_slowly(const Enemy& enemy) {
  const std::string hello = client_hello();
  const HalfOpen crowd(enemy.port, 200, hello.substr(0, 1), kAddresses);
  TestAgent agent(enemy.port, enemy.agents[0], {.patience_ms = 1000});
  agent.send(hello_of(id_of('s')));
  std::string frame;
  wire::append(report_of(1, kSecond), frame);
  const Stop never;
  for (std::size_t at = 1; !enemy.over; ++at) {
    crowd.say(hello.substr(at % hello.size(), 1));
    agent.send_bytes(frame.substr(at % frame.size(), 1));
    never.wait_for(Duration(50));
  }
}

// Of a stranger and of an agent: a frame of 64 MiB, by its length, and the beginning of it.
void promise_large_frames(const Enemy& enemy) {
  const std::string frame = std::string("\x04\x00\x00\x00", 4) + std::string(16 << 10, 'x');
  for (std::size_t i = 0; !enemy.over; ++i) {
    TestAgent agent(enemy.port, i % 2 == 0 ? Credential{} : enemy.agents[i % enemy.agents.size()], {.patience_ms = 1000});
    agent.send_bytes(frame);
    agent.last_words();
  }
}

void talk_nonsense(const Enemy& enemy) {
  for (std::size_t i = 0; !enemy.over; ++i) {
    const HalfOpen one(enemy.port, 1, noise(1 + i % 2000));
    TestAgent agent(enemy.port, enemy.agents[i % enemy.agents.size()], {.patience_ms = 300});
    agent.send(hello_of(id_of('n')));
    std::string frame;
    wire::append_frame(noise(1 + i % 4000), frame);
    agent.send_bytes(i % 2 == 0 ? frame : noise(1 + i % 4000));
    agent.last_words();
  }
}

// A hundred times what they may, and more: as fast as it is taken.
void flood(const Enemy& enemy) {
  std::vector<std::thread> all;
  for (const Credential& me : enemy.agents)
    all.emplace_back([&] {
      std::uint64_t sequence = 0;
      while (!enemy.over) {   // again whenever it is cut off
        TestAgent agent(enemy.port, me, {.patience_ms = 200});
        agent.send(hello_of(id_of('f')));
        agent.receive();
        std::string frames;
        do {
          frames.clear();
          for (int k = 0; k < 100; ++k, ++sequence) wire::append(report_of(sequence + 1, sequence * kSecond), frames);
          while (!agent.send_bytes(frames) && agent.timed_out() && !enemy.over) continue;   // the manager does not read
        } while (!enemy.over && agent.why().empty());
      }
    });
  for (std::thread& one : all) one.join();
}

struct Attack {
  std::string_view name;
  void (*make)(const Enemy&);
};
constexpr std::array kAttacks{Attack{"connections that say nothing", say_nothing}, Attack{"handshakes without an end", end_no_handshake},
                              Attack{"slow senders", speak_slowly},               Attack{"frames of 64 MiB", promise_large_frames},
                              Attack{"nonsense", talk_nonsense},                  Attack{"floods", flood}};

class HostileFleet : public ::testing::Test {
 protected:
  HostileFleet() {
    raise_descriptor_limit();
    std::filesystem::create_directories(fleet.state());
    std::vector<std::string> vms;
    for (int i = 0; i < kAgents; ++i) vms.push_back(AgentFleet::uuid(i));
    const Instant now = SystemClock().now();
    const auto authority = identity::Authority::open(fleet.state() / "authority.pem", now).value();
    const auto book = identity::IdentityBook::open((fleet.state() / "identity.db").string(), authority, identity::kLongestCertificate).value();
    honest = certified(*book, vms, now).value();
    for (int i = 0; i < kBad; ++i) {
      bad.push_back(honest.back());
      honest.pop_back();
    }
  }

  struct Phase {
    double from = 0, to = 0, most_mib = 0, api_s = 0;
  };
  // The worst of what is seen meanwhile.
  Phase watch(const Manager& manager, const Crowd& crowd, Duration lasts) const {
    Phase seen;
    seen.from = crowd.seconds();
    const Stop never;
    const Stopwatch since;
    for (int turn = 0; since.seconds() * 1000 < static_cast<double>(lasts.count()); ++turn) {
      seen.most_mib = std::max(seen.most_mib, resident_mib(manager.pid()));
      never.wait_for(Duration(20));
      if (turn % 25 != 0) continue;
      const Stopwatch asked;
      const Ran ran = manager.ask("get status -o json");
      EXPECT_EQ(ran.exit_code, 0) << ran.text;
      seen.api_s = std::max(seen.api_s, asked.seconds());
    }
    seen.to = crowd.seconds();
    return seen;
  }

  Phase attacked(const Manager& manager, const Crowd& crowd, std::span<const Attack> attacks) const {
    std::atomic<bool> over = false;
    std::vector<std::thread> enemies;
    for (const Attack& attack : attacks)
      enemies.emplace_back([&] {
        setpriority(PRIO_PROCESS, 0, 10);   // of this thread: strangers have machines of their own, and take no time of the manager's
        attack.make(Enemy{fleet.port(), bad, kConnections / attacks.size(), over});
      });
    const Phase seen = watch(manager, crowd, kAttack);
    over = true;
    for (std::thread& enemy : enemies) enemy.join();
    return seen;
  }
  // All that was acknowledged is in the history, once.
  void expect_kept(const Crowd& crowd) const {
    const auto history = open_rocksdb_history(fleet.state() / "history").value();
    std::uint64_t missing = 0, twice = 0;
    for (std::size_t i = 0; i < crowd.size(); ++i) {
      const auto samples = history->read(AgentFleet::uuid(static_cast<int>(i)), Instant::min(), Instant::max()).value();
      std::vector<int> times(crowd.acknowledged(i) + 1);
      for (const Sample& s : samples)
        if (const auto number = static_cast<std::size_t>(s.used[index(Resource::kCpu)]); number < times.size()) ++times[number];
      missing += static_cast<std::uint64_t>(std::count(times.begin() + 1, times.end(), 0));
      twice += static_cast<std::uint64_t>(std::count_if(times.begin() + 1, times.end(), [](int n) { return n > 1; }));
    }
    fmt::print("{} reports acknowledged, {} of them missing after a kill, {} there twice\n", crowd.acknowledged(), missing, twice);
    EXPECT_EQ(missing, 0U);
    EXPECT_EQ(twice, 0U);
  }

  const AgentFleet fleet{kAgents, "every: 5s\npoll: 5s\n"};
  std::vector<Credential> honest, bad;
};

TEST_F(HostileFleet, DelaysNobodyGrowsNoMemoryAndLosesNothing) {
  Manager manager(fleet.options());
  ASSERT_TRUE(poll_until([&] { return manager.status().at("vms") == kAgents; }, std::chrono::seconds(120)));
  Crowd crowd(fleet.port(), honest, std::chrono::seconds(1));
  ASSERT_EQ(crowd.broken(), 0U);
  crowd.begin();
  std::vector<std::pair<std::string, Phase>> phases;
  phases.emplace_back("no harm", watch(manager, crowd, kCalm));
  for (const Attack& attack : kAttacks) phases.emplace_back(attack.name, attacked(manager, crowd, {&attack, 1}));
  phases.emplace_back("all of them", attacked(manager, crowd, kAttacks));
  crowd.end();
  EXPECT_EQ(crowd.broken(), 0U) << "honest agents were cut off";

  const double calm_mib = phases.front().second.most_mib;
  for (const auto& [name, seen] : phases) {
    const double p99 = crowd.p99_s(seen.from, seen.to);
    fmt::print("{:28} {:6} reports of others, P99 {:.3f} s; API {:.2f} s at most; {:.1f} MiB resident at most, {:+.1f} %\n", name, crowd.reports(seen.from, seen.to), p99, seen.api_s, seen.most_mib,
               100 * (seen.most_mib / calm_mib - 1));
    EXPECT_LE(p99, 1) << name;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)   // those keep what was freed
    EXPECT_LE(seen.most_mib, 1.1 * calm_mib) << name;
#endif
    EXPECT_LE(seen.api_s, 5) << name;
  }
  manager.end(SIGKILL);
  expect_kept(crowd);
}

}  // namespace
}  // namespace headroom
