// The program in a VM's guest: it reports what the VM uses, and carries out what its manager directs (docs/wire.md, docs/agent.md).
//
// One thread, which these functions keep until they end. Clocks are the caller's; nothing else is asked for the time. `stop_fd` becomes
// readable when it shall end. Errors: a Result with one sentence; a manager that cannot be reached is none, it is tried again.
#pragma once

#include <functional>
#include <string>

#include "headroom/agent/settings.h"
#include "headroom/base/clock.h"

namespace headroom::agent {

struct World {
  const Clock& wall;
  const BootClock& boot;
  int stop_fd = -1;
  std::function<void(const std::string&)> say;  // one line for the guest's log
};

// Runs until stop_fd is readable. kNotFound: this VM has not joined.
Result<void> run_agent(const Settings& settings, const World& world);

// Gets this VM its first certificate with a token of its manager, within 30 s.
Result<void> join(const Settings& settings, const std::string& token, const World& world);

}  // namespace headroom::agent
