#include "json_parts.h"

namespace headroom {
namespace {

constexpr const char* kTold[] = {"policy", "setting", "overload_vm_minutes", "overload_share", "overload_vm_minutes_all",
                                 "bill_per_day", "host_bill_per_day", "overload_by_day", "overload_by_cause",
                                 "scalings_per_vm_day", "migrations_per_vm_day", "host_starts", "denied"};

}  // namespace

nlohmann::json score_json(const State& state) {
  nlohmann::json policies = nlohmann::json::array(), days = nlohmann::json::array();
  for (const Report& report : state.score) {
    const nlohmann::json whole = to_json(report);
    nlohmann::json line{{"now", to_rfc3339(state.snapshot.taken_at)}};
    for (const char* key : kTold) line[key] = whole.at(key);
    policies.push_back(std::move(line));
  }
  for (Instant day = state.run->from; day < state.snapshot.taken_at; day += std::chrono::hours(24))
    days.push_back(to_rfc3339(day).substr(0, 10));
  return {{"days", std::move(days)}, {"policies", std::move(policies)}};
}

}  // namespace headroom
