// What agents say of their guests' memory, for whoever resizes them (hypervisor/guest_word.h): while their reports are fresh.
//
// Threads: any. Ownership: shares the board and the clock, as workers may outlive all else. Errors: none.
#pragma once

#include <memory>

#include "headroom/base/clock.h"
#include "headroom/hypervisor/guest_word.h"
#include "headroom/ingest/agent_board.h"

namespace headroom {

class AgentWord final : public GuestWord {
 public:
  AgentWord(std::shared_ptr<const ingest::AgentBoard> agents, std::shared_ptr<const Clock> clock) : agents_(std::move(agents)), clock_(std::move(clock)) {}

  std::optional<GuestMemory> memory(std::string_view vm_uuid) const override {
    const auto agent = agents_->find(std::string(vm_uuid));
    return agent && is_fresh(*agent, clock_->now()) ? agent->memory : std::nullopt;
  }

 private:
  std::shared_ptr<const ingest::AgentBoard> agents_;
  std::shared_ptr<const Clock> clock_;
};

}  // namespace headroom
