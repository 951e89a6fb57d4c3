// A fleet as commands are given it: traces, or the history that a manager keeps.
#pragma once

#include <filesystem>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/base/result.h"
#include "headroom/trace/fleet.h"

namespace headroom::cli {

// The history (a state directory of headroomd, or the history in one) where it is given, else the traces. Errors: those of
// reading; kNotFound where there is no history, kInvalid where there is nothing in it.
Result<Fleet> read_fleet_or_history(const std::vector<std::filesystem::path>& traces, const std::filesystem::path& history,
                                    Duration step);

}  // namespace headroom::cli
