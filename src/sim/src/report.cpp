#include "headroom/sim/report.h"

#include <nlohmann/json.hpp>

namespace headroom {
namespace {

nlohmann::json by_resource(const std::array<double, kResourceCount>& values) {
  nlohmann::json object;
  for (Resource r : kAllResources) object[std::string(name(r))] = values[index(r)];
  return object;
}

nlohmann::json causes(const Report& r) {
  const auto cpu = index(Resource::kCpu), memory = index(Resource::kMemory), disk = index(Resource::kDisk),
             network = index(Resource::kNetwork);
  return {{"vm_cpu", r.own_limit_minutes[cpu]},
          {"vm_memory", r.own_limit_minutes[memory]},
          {"host_cpu", r.host_limit_minutes[cpu]},
          {"host_memory", r.host_limit_minutes[memory]},
          {"disk", r.own_limit_minutes[disk] + r.host_limit_minutes[disk]},
          {"network", r.own_limit_minutes[network] + r.host_limit_minutes[network]}};
}

}  // namespace

nlohmann::json to_json(const Report& r) {
  return {{"policy", r.policy},
          {"view", r.view},
          {"setting", r.setting},
          {"vms", r.vms},
          {"hosts", r.hosts},
          {"steps", r.steps},
          {"bill_per_day", r.bill_per_day},
          {"host_bill_per_day", r.host_bill_per_day},
          {"overload_vm_minutes", r.overload_vm_minutes},
          {"overload_share", r.overload_share},
          {"overload_vm_minutes_all", r.overload_vm_minutes_all},
          {"overload_by_cause", causes(r)},
          {"overload_by_day", r.overload_by_day},
          {"unmet_demand_ratio", by_resource(r.unmet_demand_ratio)},
          {"slack", by_resource(r.slack)},
          {"scalings_per_vm_day", r.scalings_per_vm_day},
          {"scalings_per_vm_day_all", r.scalings_per_vm_day_all},
          {"migrations_per_vm_day", r.migrations_per_vm_day},
          {"migration_downtime_seconds", r.migration_downtime_seconds},
          {"energy_kwh", r.energy_kwh},
          {"consumed", cost::to_json(r.consumed)},
          {"decision_ms", {{"p50", r.decision_ms_p50}, {"p99", r.decision_ms_p99}}},
          {"forecast_seconds", r.forecast_seconds},
          {"wall_seconds", r.wall_seconds},
          {"host_starts", r.host_starts},
          {"host_stops", r.host_stops},
          {"failed_actions", r.failed_actions},
          {"refused_actions", r.refused_actions},
          {"recommended_actions", r.recommended_actions},
          {"denied", r.denied},
          {"alerts", r.alerts},
          {"plan_breaches", r.breaches}};
}

nlohmann::json to_json(const std::vector<Report>& curve) {
  nlohmann::json whole = to_json(curve[curve.size() / 2]);
  whole["curve"] = nlohmann::json::array();
  for (const Report& r : curve) whole["curve"].push_back(to_json(r));
  return whole;
}

}  // namespace headroom
