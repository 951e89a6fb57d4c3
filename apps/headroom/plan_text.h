// A plan, and what a changed fleet would come to, in words and tables (docs/api.md: plan, what-if).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace headroom::cli {

// What is planned now, each action with its reason; begins with a line that sums it up.
std::string plan_now_text(const nlohmann::json& plan);
std::string what_if_text(const nlohmann::json& answer);

}  // namespace headroom::cli
