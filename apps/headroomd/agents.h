// The manager's side of the agents in VMs, as a fleet file asks for it: who may speak, where they connect, what they are asked.
#pragma once

#include <filesystem>
#include <memory>

#include "headroom/daemon/agent_audit.h"
#include "headroom/daemon/agent_desk.h"
#include "headroom/daemon/guest_pool.h"
#include "headroom/fleet/live_fleet.h"
#include "headroom/ingest/ingest.h"

namespace headroom::cli {

class Agents {
 public:
  // `history`: takes the reports; `audit`: who joins and who is refused.
  // All that it keeps is in `state`: the authority, unless the fleet brings its own, the identities, the directives. It listens from
  // begin() on. `epoch`: of this run, higher than those before. `descriptors`: this process may have; the log tells how many connections that is.
  static Result<std::unique_ptr<Agents>> open(const AgentSettings& settings, const std::filesystem::path& state, Hypervisor& pool, HistoryStore& history,
                                              access::AuditLog& audit, const Clock& clock);
  Result<void> begin(std::uint64_t epoch, std::size_t descriptors);

  Hypervisor& pool() { return *pool_; }
  HistoryStore& loops_history() { return *loops_history_; }
  const AgentDesk& desk() const { return *desk_; }

 private:
  Agents(const AgentSettings& settings, HistoryStore& history, access::AuditLog& audit, const Clock& clock, identity::Authority authority)
      : settings_(settings), history_(history), clock_(clock), authority_(std::move(authority)), witness_(audit, clock) {}
  void wake() {
    if (ingest_) ingest_->wake();
  }

  AgentSettings settings_;
  HistoryStore& history_;
  const Clock& clock_;
  identity::Authority authority_;
  std::unique_ptr<identity::IdentityBook> identities_;
  std::unique_ptr<ingest::DirectiveBook> directives_;
  ingest::AgentBoard board_;
  AgentAudit witness_;
  std::unique_ptr<GuestPool> pool_;
  std::unique_ptr<GuestHistory> loops_history_;
  std::unique_ptr<AgentDesk> desk_;
  std::unique_ptr<ingest::Ingest> ingest_;   // ends first: it uses all of them
};

}  // namespace headroom::cli
