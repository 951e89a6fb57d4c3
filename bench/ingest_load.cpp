#include "ingest_load.h"

#include <memory>

namespace headroom::bench {
namespace {

using ingest::testing::TestAgent;

constexpr int kFlood = 0;   // in place of a port

// Returns where something went wrong.
void play(const std::vector<ingest::testing::Credential>& agents, const Line& bench) {
  std::vector<std::unique_ptr<TestAgent>> all;
  std::vector<ingest::testing::Session> tickets(agents.size());
  for (int port = 0;;) {
    if (!bench.hear(port)) return;
    if (port == kFlood) break;
    all.clear();
    for (std::size_t i = 0; i < agents.size(); ++i) {
      all.push_back(std::make_unique<TestAgent>(port, agents[i], ingest::testing::Wishes{.patience_ms = 60'000, .session = tickets[i]}));
      all.back()->send(ingest::testing::hello_of(ingest::testing::id_of('r')));
      if (!all.back()->receive() || (tickets[i] && !all.back()->resumed())) return;
      tickets[i] = all.back()->session();
    }
    if (!bench.tell(true)) return;
  }
  std::string frame;
  for (std::uint64_t sequence = 1;; ++sequence) {
    frame.clear();
    wire::append(ingest::testing::report_of(sequence, 1'000'000'000 + sequence * 1'000'000, 500 + static_cast<std::int64_t>(sequence % 97)), frame);
    for (auto& agent : all)
      if (!agent->send_bytes(frame)) return;
  }
}

}  // namespace

IngestLoad::IngestLoad(const std::vector<ingest::testing::Credential>& agents) {
  process_.emplace([&](const Line& bench) { play(agents, bench); });
}

bool IngestLoad::connect(int port) {
  bool connected = false;
  return process_->line().tell(port) && process_->line().hear(connected);
}

void IngestLoad::flood() { static_cast<void>(process_->line().tell(kFlood)); }

}  // namespace headroom::bench
