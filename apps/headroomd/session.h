// One life of headroomd: the history, the replay, the doors, and what is said on the terminal.
#pragma once

#include "headroom/base/stop.h"
#include "options.h"

namespace headroom::cli {

// Returns when the end is asked for, or with --once when the replay is over.
Result<void> run_session(const Options& options, const Stop& stop);

}  // namespace headroom::cli
