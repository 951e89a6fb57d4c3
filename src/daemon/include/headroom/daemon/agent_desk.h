// What the API shows and changes of the agents: who is connected, join tokens, revocation.
//
// Threads: any. Ownership: borrows all. Errors: those of the identity book.
#pragma once

#include <functional>
#include <string>

#include "headroom/base/clock.h"
#include "headroom/identity/identity_book.h"
#include "headroom/ingest/agent_board.h"
#include "headroom/ingest/directive_book.h"

namespace headroom {

struct AgentDesk {
  const ingest::AgentBoard& board;
  identity::IdentityBook& identities;
  const Clock& clock;
  std::string listens_at;                  // "0.0.0.0:7475"
  std::function<void()> wake{};            // something was revoked
  ingest::DirectiveBook* directives = nullptr;   // what guests are asked; none: nothing
};

}  // namespace headroom
