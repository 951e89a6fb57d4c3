// Automated scaling rules as files: reading, checking and writing them. The value is model/rule.h, the reference
// for people docs/rules.md, examples are in rules/.
//
// What is returned has passed check_rules(): no rule is impossible by itself and no two contradict each other.
// Errors are kInvalid (kNotFound for a missing file) and name file, line and both rules where two are at odds.
// Pure but for load_rules(), which reads one file; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/config/document.h"
#include "headroom/model/forecast.h"
#include "headroom/model/rule.h"

namespace headroom::rules {

inline constexpr std::size_t kMaxRules = 1000;  // per file; the check compares each pair

// `horizons` are those the run forecasts; a rule may name no other. None: they are not known yet, and check_rules() is to
// be asked once they are.
Result<std::vector<Rule>> load_rules(const std::string& path, const Horizons& horizons);
Result<std::vector<Rule>> parse_rules(std::string_view text, std::string source, const Horizons& horizons);
// From a file already loaded, with nothing yet read from it.
Result<std::vector<Rule>> read_rules(config::Document& document, const Horizons& horizons);

// The checks alone, for rules that a program made (their lines may be 0, and are then not named).
Result<void> check_rules(const std::vector<Rule>& rules, const Horizons& horizons, std::string_view source);

// A rules file that parse_rules() reads back to the same rules (but for their lines).
std::string to_yaml(const std::vector<Rule>& rules);

}  // namespace headroom::rules
