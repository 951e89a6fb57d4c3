// headroomd on a real fleet: its state, the hosts, the doors, and what is said on the terminal.
#pragma once

#include "headroom/base/stop.h"
#include "options.h"

namespace headroom::cli {

// Returns when the end is asked for. What is under way then goes on by itself, and is taken up at the next start.
Result<void> run_live_session(const Options& options, const Stop& stop);

}  // namespace headroom::cli
