// The rules that a person gives a program with --rules FILE: read, checked and put into force in one way.
//
//   auto rules = GivenRules::load(file, policy);       // before anything else starts
//   rules->fit(horizons);                              // once they are known: only these may be named
//   contender.policy.rules = rules->rules();
//
// Errors: kInvalid, kNotFound for a missing file; the message names file and line. They go with the policy headroom only:
// the others bring their own rules.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/model/forecast.h"
#include "headroom/model/rule.h"

namespace headroom::cli {

class GivenRules {
 public:
  GivenRules() = default;  // none
  // No file: none, under any policy.
  static Result<GivenRules> load(const std::optional<std::filesystem::path>& file, const std::string& policy);
  Result<void> fit(const Horizons& horizons) const;

  bool given() const { return !file_.empty(); }
  std::string name() const { return file_.filename().string(); }  // of the file
  const std::vector<Rule>& rules() const { return rules_; }

 private:
  std::filesystem::path file_;
  std::vector<Rule> rules_;
};

}  // namespace headroom::cli
