// The constraints that a person gives a program with --constraints FILE; they take the place of the scenario's own.
//
// Errors: kInvalid, kNotFound for a missing file; the message names file and line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "headroom/sim/world.h"

namespace headroom::cli {

// No file: the scenario keeps what it has.
Result<void> put_constraints(const std::optional<std::filesystem::path>& file, Scenario& scenario);
// Those that mean nothing on this fleet, or cannot hold on it: a sentence each.
std::vector<std::string> vain_constraints(const World& world);

}  // namespace headroom::cli
