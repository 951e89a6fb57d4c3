// kill -9 of the real agent, of the real manager, and of both in one moment, again and again while reports are on their way: what the agent was
// told to be durable is in the history, and nothing is there twice. Ten kills, or 200 with HEADROOM_LONG set.
//
// A report is known again by the memory that the guest says is available: the test writes another amount every few milliseconds. The agent
// tells in its log of each report that it was acknowledged (tell-reports).
#include <fcntl.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "../support/agent_program.h"
#include "../support/manager.h"
#include "agent_fleet.h"
#include "headroom/base/stop.h"
#include "headroom/history/rocksdb_history.h"

namespace headroom {
namespace {

constexpr std::int64_t kTotalKib = 2'000'000;

// A guest's files, whose memory changes all the time.
class ChangingGuest {
 public:
  ChangingGuest() {
    agent::write_guest(tree);
    std::filesystem::create_directory(tree.path("state"));
    tree.write("agent.conf", fmt::format("state = {0}/state\nhooks = {0}/hooks\nproc = {0}/proc\nsys = {0}/sys\ntell-reports = yes\n", tree.path()));
    meminfo_ = Descriptor(open(tree.path("proc/meminfo").c_str(), O_WRONLY | O_CLOEXEC));
    change();
    thread_ = std::thread([this] {
      while (!over_.wait_for(Duration(20))) change();
    });
  }
  ~ChangingGuest() {
    over_.request();
    thread_.join();
  }

  // No report before it tells what those after it tell. In place, so that no reader ever finds the file empty.
  void change() {
    const std::scoped_lock lock(mutex_);
    const std::string text = fmt::format("MemTotal:        {} kB\nMemFree:          900000 kB\nMemAvailable:    {:7} kB\nSwapTotal:       500000 kB\nSwapFree:        400000 kB\n", kTotalKib,
                                         ++available_);
    ASSERT_EQ(pwrite(meminfo_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }

  agent::Tree tree;

 private:
  std::mutex mutex_;
  std::int64_t available_ = 1'000'000;
  Descriptor meminfo_;
  Stop over_;
  std::thread thread_;
};

// What the agent's log says the manager has, by what is available; those without a CPU figure, a run's first, are not kept and left out.
std::vector<std::int64_t> acknowledged(const std::string& log) {
  std::vector<std::int64_t> all;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("the manager has report ") == std::string::npos || line.find("CPU unknown") != std::string::npos) continue;
    const std::string before = "memory available ";
    if (const auto at = line.find(before); at != std::string::npos && line.ends_with(" KiB")) all.push_back(std::stoll(line.substr(at + before.size())));
  }
  return all;
}

// How often each is in the history.
std::map<std::int64_t, int> kept(const std::filesystem::path& state, const std::string& vm) {
  std::map<std::int64_t, int> all;
  const auto history = open_rocksdb_history(state / "history");
  EXPECT_TRUE(history) << history.error().message;
  if (!history) return all;
  const auto samples = (*history)->read(vm, Instant::min(), Instant::max());
  EXPECT_TRUE(samples) << samples.error().message;
  if (samples)
    for (const Sample& s : *samples) ++all[kTotalKib - static_cast<std::int64_t>(s.used[index(Resource::kMemory)] / 1024)];
  return all;
}

class KilledAgentAndManager : public ::testing::Test {
 protected:
  void join() {
    const Ran made = run_line(fmt::format("{} agent token {} --socket {} 2>/dev/null", kCommand, AgentFleet::name(0), manager.socket()));
    ASSERT_EQ(made.exit_code, 0) << made.text;
    guest.tree.write("token", made.text);
    AgentProgram joining(guest.tree, words({"join", guest.tree.path("token")}));
    ASSERT_EQ(joining.end(0), 0) << joining.said();
  }
  std::vector<std::string> words(std::vector<std::string> command) const {
    for (const std::string& more : {std::string("--config"), guest.tree.path("agent.conf"), std::string("--manager"), fmt::format("127.0.0.1:{}", fleet.port())}) command.push_back(more);
    return command;
  }
  std::unique_ptr<AgentProgram> run_agent() {
    guest.change();
    return std::make_unique<AgentProgram>(guest.tree, words({"run"}));
  }

  const AgentFleet fleet{1};
  ChangingGuest guest;
  Manager manager{fleet.options()};
};

TEST_F(KilledAgentAndManager, HaveEveryAcknowledgedReportInTheHistoryOnceWhoeverDies) {
  const char* given = std::getenv("HEADROOM_SEED");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::mt19937_64 random(seed);
  fmt::print("HEADROOM_SEED={}\n", seed);
  const int kills = std::getenv("HEADROOM_LONG") != nullptr ? 200 : 10;
  ASSERT_TRUE(poll_until([&] { return manager.status().at("vms") == 1; }, std::chrono::seconds(60)));
  join();
  auto agent = run_agent();
  const Stop never;
  int agents = 0, managers = 0;
  for (int k = 0; k < kills; ++k) {
    never.wait_for(Duration(500 + static_cast<std::int64_t>(random() % 2500)));
    const auto who = random() % 3;   // the agent, the manager, both
    if (who != 1) agent.reset(), ++agents;
    if (who != 0) manager.end(SIGKILL), ++managers;
    if (who != 0) manager.start();
    if (HasFatalFailure()) return;   // it did not come back
    if (who != 1) agent = run_agent();
  }
  // Whoever is left comes together once more.
  const std::size_t before = acknowledged(agent->said()).size();
  EXPECT_TRUE(poll_until([&] { return acknowledged(agent->said()).size() >= before + 2; }, std::chrono::seconds(90))) << "it does not go on";
  const auto told = acknowledged(agent->said());
  agent.reset();
  manager.end(SIGKILL);

  const auto there = kept(fleet.state(), AgentFleet::uuid(0));
  const std::set<std::int64_t> once(told.begin(), told.end());
  ASSERT_EQ(once.size(), told.size()) << "the test cannot tell two reports apart";
  const auto missing = std::count_if(told.begin(), told.end(), [&](std::int64_t one) { return !there.contains(one); });
  const auto twice = std::count_if(there.begin(), there.end(), [](const auto& one) { return one.second > 1; });
  fmt::print("{} kills of the agent, {} of headroomd; {} reports acknowledged, {} in the history, {} missing, {} twice\n", agents, managers, told.size(), there.size(), missing, twice);
  EXPECT_EQ(missing, 0);
  EXPECT_EQ(twice, 0);
  EXPECT_GE(told.size(), static_cast<std::size_t>(kills) / 2);
}

}  // namespace
}  // namespace headroom
