// What headroom-agent takes of its guest, as it runs: the static program, mutual TLS 1.3 to a manager that acknowledges each report, sampling every
// 1 s and every 10 s; beside what others take for the same time (agent_peers.h). And how long it takes from its start to its first report.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "agent_peers.h"
#include "bench.h"
#include "headroom/agent/testing/fake_manager.h"
#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "programs.h"

namespace headroom::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kStarts = 9, kSettleSamples = 3;
const std::string kAgent = HEADROOM_AGENT_PROGRAM;

std::vector<std::string> command(const fs::path& folder, const std::string& manager) {
  return {kAgent, "run", "--config", (folder / "agent.conf").string(), "--manager", manager, "--state", folder.string(), "--hooks", (folder / "hooks").string()};
}

// A manager that welcomes one agent and acknowledges what it reports, until the agent ends.
void serve(agent::FakeManager& manager, std::uint32_t interval_ms, double* first_ms, const Stopwatch& since) {
  try {
    agent::FakeSession session = manager.accept();
    session.receive();
    session.welcome(0, interval_ms);
    session.acknowledge(session.receive_report().sequence());
    if (first_ms != nullptr) *first_ms = since.seconds() * 1000;
    for (;;) session.acknowledge(session.receive_report().sequence());
  } catch (const std::exception&) {
    // the agent was ended, or never came: the caller sees what is missing
  }
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

Result<double> first_report_ms(const fs::path& folder) {
  std::vector<double> all;
  for (int i = 0; i < kStarts; ++i) {
    agent::FakeManager manager;
    manager.give_identity(folder.string());
    double ms = 0;
    {
      const Stopwatch watch;
      auto program = std::make_unique<Program>(command(folder, manager.address()));
      std::thread server([&] { serve(manager, 1000, &ms, watch); });
      poll_until([&] { return ms > 0; }, std::chrono::seconds(10));
      program.reset();
      server.join();
    }
    if (ms <= 0) return fail(ErrorCode::kFailed, kAgent + " did not report");
    all.push_back(ms);
  }
  return median(std::move(all));
}

struct Taken {
  std::string name;
  double cpu_percent = 0, resident_mib = 0, own_mib = 0;
};

// Ours first. Peers that do not answer are left out, and said to be.
Result<std::vector<Taken>> run_side_by_side(const fs::path& scratch, int interval_s, int samples) {
  const Stop never;
  const auto pause = [&] { (void)never.wait_for(std::chrono::seconds(interval_s)); };
  agent::FakeManager manager;
  manager.give_identity(scratch.string());
  const Stopwatch watch;
  auto ours = std::make_unique<Program>(command(scratch, manager.address()));
  std::thread server([&] { serve(manager, static_cast<std::uint32_t>(interval_s) * 1000, nullptr, watch); });
  auto peers = start_agent_peers(HEADROOM_PEERS, scratch, interval_s);
  (void)never.wait_for(std::chrono::seconds(2));
  for (int i = 0; i < kSettleSamples; ++i, pause()) {
    for (auto& peer : peers) (void)peer->ask();
  }
  std::erase_if(peers, [](const auto& peer) {
    if (peer->ask()) return false;
    fmt::print("  {} is not there or does not answer; left out\n", peer->name());
    return true;
  });
  std::vector<const Program*> programs{ours.get()};
  std::vector<Taken> taken{{"headroom-agent"}};
  for (const auto& peer : peers) programs.push_back(&peer->program()), taken.push_back({peer->name()});
  std::vector<double> before;
  for (const Program* program : programs) before.push_back(program->cpu_seconds());
  const Stopwatch window;
  for (int i = 0; i < samples; ++i, pause()) {
    for (auto& peer : peers) (void)peer->ask();
  }
  const double seconds = window.seconds();
  for (std::size_t i = 0; i < programs.size(); ++i) {
    taken[i].cpu_percent = 100 * (programs[i]->cpu_seconds() - before[i]) / seconds;
    taken[i].resident_mib = programs[i]->resident_mib();
    taken[i].own_mib = programs[i]->own_mib();
  }
  const bool lived = ours->alive();
  ours.reset();
  server.join();
  if (!lived) return fail(ErrorCode::kFailed, kAgent + " ended");
  return taken;
}

Figure figure(const std::string& name, const std::string& unit, const std::vector<Taken>& taken, double Taken::*of) {
  Figure out{name, unit, taken.front().*of, {}};
  for (std::size_t i = 1; i < taken.size(); ++i) out.beside.push_back({taken[i].name, taken[i].*of});
  return out;
}

}  // namespace

Result<std::vector<Figure>> agent_bench(const Setting& setting) {
  try {
    std::ofstream(setting.scratch / "agent.conf") << "# as it comes\n";
    const auto first = first_report_ms(setting.scratch);
    if (!first) return tl::unexpected(first.error());
    const auto often = run_side_by_side(setting.scratch, 1, 30);
    if (!often) return tl::unexpected(often.error());
    const auto seldom = run_side_by_side(setting.scratch, 10, 6);
    if (!seldom) return tl::unexpected(seldom.error());
    return std::vector<Figure>{
        {"first report", fmt::format("ms after its start, median of {}", kStarts), *first, {}},
        figure("resident", "MiB", *often, &Taken::resident_mib),
        figure("own share of resident", "MiB", *often, &Taken::own_mib),
        figure("CPU at 1 s", "percent of a core", *often, &Taken::cpu_percent),
        figure("CPU at 10 s", "percent of a core", *seldom, &Taken::cpu_percent),
        {"size", "MB on disk, all it needs", static_cast<double>(fs::file_size(kAgent)) / 1e6, {}},
    };
  } catch (const std::exception& error) {
    return fail(ErrorCode::kFailed, error.what());
  }
}

}  // namespace headroom::bench
