// The manager's side of the agents in VMs, as a fleet file asks for it: who may speak, where they connect, what they are asked.
#pragma once

#include <filesystem>
#include <memory>

#include "headroom/daemon/agent_audit.h"
#include "headroom/daemon/agent_desk.h"
#include "headroom/daemon/guest_pool.h"
#include "headroom/daemon/live_run.h"
#include "headroom/daemon/sampling_pace.h"
#include "headroom/fleet/live_fleet.h"
#include "headroom/ingest/ingest.h"

namespace headroom::cli {

class Agents {
 public:
  struct Ports {
    ingest::AgentBoard& board;
    Hypervisor& pool;
    HistoryStore& history;     // takes the reports
    access::AuditLog& audit;   // who joins and who is refused
    const Clock& clock;
  };
  // All that it keeps is in `state`: the authority, unless the fleet brings its own, the identities, the directives.
  static Result<std::unique_ptr<Agents>> open(const AgentSettings& settings, const std::filesystem::path& state, const Ports& ports);
  // It listens for as long as the caller keeps what it gets, which is to end before the run: what cannot wait reaches that. `epoch`: of this
  // run of the manager, higher than those before. `descriptors`: this process may have; the log tells how many connections that is.
  Result<std::shared_ptr<ingest::Ingest>> begin(std::uint64_t epoch, std::size_t descriptors, LiveRun& run);
  void after_round(const Snapshot& snapshot);

  GuestPool& pool() { return *pool_; }
  HistoryStore& loops_history() { return *loops_history_; }
  const AgentDesk& desk() const { return *desk_; }

 private:
  Agents(const AgentSettings& settings, const Ports& ports, identity::Authority authority)
      : settings_(settings), ports_(ports), authority_(std::move(authority)), witness_(ports.audit, ports.clock) {}
  void wake() {
    if (const auto ingest = ingest_.lock()) ingest->wake();
  }

  AgentSettings settings_;
  Ports ports_;
  identity::Authority authority_;
  std::unique_ptr<identity::IdentityBook> identities_;
  std::unique_ptr<ingest::DirectiveBook> directives_;
  AgentAudit witness_;
  std::unique_ptr<GuestPool> pool_;
  std::unique_ptr<SamplingPace> pace_;
  std::unique_ptr<GuestHistory> loops_history_;
  std::unique_ptr<AgentDesk> desk_;
  std::weak_ptr<ingest::Ingest> ingest_;
};

}  // namespace headroom::cli
