// A recorded fleet brought to one moment, and what is planned for it then: `headroom plan` without a manager.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::cli {

struct OfflinePlanArguments {
  std::filesystem::path scenario;
  std::string at, policy = "headroom", view = "elastic";
  std::vector<std::filesystem::path> traces;
  std::optional<std::filesystem::path> model, rules, constraints;
  std::uint64_t seed = 1;
};

// The plan (docs/api.md, plan) of the round that ends at that time; with changes what they would come to (what-if). Errors: kInvalid,
// kNotFound; a sentence that names the option or the file.
Result<nlohmann::json> offline_plan(const OfflinePlanArguments& arguments, const std::vector<std::string>& changes);

}  // namespace headroom::cli
