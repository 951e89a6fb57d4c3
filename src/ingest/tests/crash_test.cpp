// kill -9 of manager and agent at any moment while reports are on their way: what was acknowledged is there, and nothing is there twice.
// The manager is a program of its own (crash_manager.cpp); the agent that dies is a connection that is cut, whose successor knows
// nothing of it.
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "crash_files.h"
#include "rig.h"

namespace headroom::ingest {
namespace {

using namespace testing;

class Manager {
 public:
  explicit Manager(const std::filesystem::path& folder) {
    int fds[2];
    EXPECT_EQ(pipe(fds), 0);
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);   // a test that is killed leaves nothing
      dup2(fds[1], STDOUT_FILENO);
      close(fds[0]);
      close(fds[1]);
      execl(HEADROOM_BINARY_DIR "/ingest_test_manager", "ingest_test_manager", folder.c_str(), nullptr);
      _exit(127);
    }
    close(fds[1]);
    EXPECT_EQ(read(fds[0], &port, sizeof port), ssize_t{sizeof port});
    close(fds[0]);
  }
  ~Manager() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  int port = 0;

 private:
  pid_t child_ = -1;
};

// One run of an agent: it numbers its reports, and what each told is in `cpu_of`, so that a sample can be known again.
struct Numbered {
  std::string id;
  std::uint64_t next = 1, acknowledged = 0;
  std::map<std::uint64_t, std::int64_t> cpu_of;
};

TEST(KilledIngest, HasEveryAcknowledgedReportOnceWhoeverDies) {
  const char* given = std::getenv("HEADROOM_SEED");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::mt19937_64 random(seed);
  const int kills = std::getenv("HEADROOM_LONG") != nullptr ? 200 : 10;
  Folder folder;
  const SystemClock clock;
  std::string token;
  {
    Files files(folder / ".", clock.now());
    token = *files.identities->make_token(kOne, kHour, clock.now());
  }
  auto manager = std::make_unique<Manager>(folder / ".");
  const Credential me = joined(manager->port, token);
  ASSERT_FALSE(me.certificate.empty());

  std::set<std::int64_t> acknowledged;
  std::int64_t told = 0;
  Numbered run{id_of('0'), 1, 0, {}};
  int runs = 1;
  for (int k = 0; k < kills; ++k) {
    const bool agent_dies = random() % 2 == 0;
    auto agent = std::make_unique<TestAgent>(manager->port, me);
    run.next = greeted(*agent, run.id) + 1;
    ASSERT_GE(run.next, run.acknowledged + 1) << "what was acknowledged is not there";
    const std::uint64_t until = run.next + random() % 300, cut = run.next + random() % 300;
    for (std::uint64_t sequence = run.next; sequence < until; ++sequence) {
      const auto cpu = run.cpu_of.try_emplace(sequence, told + 1);
      told += cpu.second ? 1 : 0;
      if (!agent->send(report_of(sequence, sequence * 1'000'000'000, cpu.first->second))) break;
      if (sequence == cut && !agent_dies) manager.reset();
      if (sequence % 40 != 0 || !manager) continue;
      if (const auto ack = agent->receive(); ack && ack->has_ack()) run.acknowledged = std::max(run.acknowledged, ack->ack().through_sequence());
    }
    for (const auto& [sequence, cpu] : run.cpu_of)
      if (sequence <= run.acknowledged) acknowledged.insert(cpu);
    agent.reset();
    if (agent_dies) run = {fmt::format("{:016}", ++runs), 1, 0, {}};
    else manager = nullptr, manager = std::make_unique<Manager>(folder / ".");
  }
  manager.reset();

  const Files files(folder / ".", clock.now());
  std::map<std::int64_t, int> there;
  const auto samples = files.history->read(kOne, Instant::min(), Instant::max());
  ASSERT_TRUE(samples);
  for (const Sample& s : *samples) ++there[static_cast<std::int64_t>(s.used[0])];
  std::size_t missing = 0, twice = 0;
  for (const std::int64_t cpu : acknowledged) missing += there.contains(cpu) ? 0 : 1;
  for (const auto& [cpu, times] : there) twice += times > 1 ? 1 : 0;
  fmt::print("HEADROOM_SEED={}: {} kills, {} reports told, {} acknowledged, {} in the history, {} missing, {} twice\n", seed, kills, told, acknowledged.size(),
             there.size(), missing, twice);
  EXPECT_EQ(missing, 0u);
  EXPECT_EQ(twice, 0u);
  EXPECT_GT(acknowledged.size(), static_cast<std::size_t>(kills));
}

}  // namespace
}  // namespace headroom::ingest
