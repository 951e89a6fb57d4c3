#include "headroom/agent/agent.h"

#include "agent_loop.h"

namespace headroom::agent {

Result<void> run_agent(const Settings& settings, const World& world) {
  if (auto ok = check(settings); !ok) return ok;
  auto manager = parse_endpoint(settings.manager);
  if (!manager) return tl::unexpected(manager.error());
  auto identity = Identity::load(settings.state);
  if (!identity) {
    if (identity.error().code != ErrorCode::kNotFound) return tl::unexpected(identity.error());
    return fail(ErrorCode::kNotFound, "this VM has not joined (" + identity.error().message + "); run headroom-agent join with a token of its manager");
  }
  auto context = identity->context();
  if (!context) return tl::unexpected(context.error());
  auto ledger = Ledger::open(settings.state + "/directives");
  if (!ledger) return tl::unexpected(ledger.error());
  return AgentLoop(settings, world, std::move(*manager), std::move(*identity), std::move(*context), std::move(*ledger)).run();
}

}  // namespace headroom::agent
