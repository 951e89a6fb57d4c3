// Placement constraints as files: reading, checking and writing them. The value is model/constraint.h, the reference for
// people docs/constraints.md, an example examples/constraints.yaml.
//
// What is returned has passed check_constraints(): nothing is impossible by itself and no two hard constraints contradict
// each other whatever fleet they meet. What only a fleet can show (a fence around no host) is mismatches() in judge.h.
// Errors are kInvalid (kNotFound for a missing file) and name file, line and both constraints where two are at odds.
// Pure but for load_constraints(), which reads one file; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/config/document.h"
#include "headroom/model/constraint.h"

namespace headroom::constraints {

inline constexpr std::size_t kMaxConstraints = 1000;  // per file; the check compares each pair

Result<std::vector<Constraint>> load_constraints(const std::string& path);
Result<std::vector<Constraint>> parse_constraints(std::string_view text, std::string source);
// From a file already loaded, with nothing yet read from it.
Result<std::vector<Constraint>> read_constraints(config::Document& document);

// The checks alone, for constraints that a program made (their lines may be 0, and are then not named).
Result<void> check_constraints(const std::vector<Constraint>& constraints, std::string_view source);

// A file that parse_constraints() reads back to the same constraints (but for their lines).
std::string to_yaml(const std::vector<Constraint>& constraints);

}  // namespace headroom::constraints
