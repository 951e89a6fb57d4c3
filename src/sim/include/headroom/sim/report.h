// What a simulated run comes to: the keys of the `headroom simulate` contract. Times are of the counted window only.
// A VM-minute is overloaded when demand passes what is delivered by more than a tenth of a percent, whichever limit is
// the cause; minutes in which a VM has no record are not counted. CPU and memory are scored; disk and network are told.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "headroom/cost/consumption.h"
#include "headroom/model/resources.h"

namespace headroom {

struct Report {
  std::string policy, view, setting;         // setting: the point of a sweep, for people
  std::size_t vms = 0, hosts = 0, steps = 0;
  double bill_per_day = 0, host_bill_per_day = 0;
  double overload_vm_minutes = 0, overload_share = 0, overload_vm_minutes_all = 0;
  std::array<double, kResourceCount> own_limit_minutes{}, host_limit_minutes{};
  std::array<double, kResourceCount> unmet_demand_ratio{};
  std::array<double, kResourceCount> slack{};  // allocated over used
  double scalings_per_vm_day = 0;              // CPU and memory, each changed resource counts
  double scalings_per_vm_day_all = 0;          // disk and network limits too
  double migrations_per_vm_day = 0, migration_downtime_seconds = 0;
  double energy_kwh = 0;
  double decision_ms_p50 = 0, decision_ms_p99 = 0;
  double forecast_seconds = 0, wall_seconds = 0;
  std::size_t host_starts = 0, host_stops = 0, failed_actions = 0, refused_actions = 0, denied = 0, breaches = 0;
  std::size_t recommended_actions = 0, alerts = 0;
  cost::Consumption consumed;                  // what the hosts, moves and short VMs came to, for prices to be put on
  std::vector<double> overload_by_day;         // overloaded VM-minutes (CPU and memory) of each day, for the chart
};

nlohmann::json to_json(const Report& report);
// A report with a `curve`: the point in the middle of the sweep, and every point.
nlohmann::json to_json(const std::vector<Report>& curve);

}  // namespace headroom
