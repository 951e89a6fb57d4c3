#include <map>

#include "json_parts.h"

namespace headroom {
namespace {

// The hosts and the VMs that are held back, as they are: of one hour like the last round.
cost::Consumption hour_of(const Snapshot& s) {
  std::map<HostId, std::pair<double, double>> load;  // millicores used, VMs
  cost::Consumption short_of;
  for (const Vm& vm : s.vms) {
    auto& [used, vms] = load[vm.host];
    used += vm.used[index(Resource::kCpu)];
    ++vms;
    for (std::size_t k = 0; k < kResourceCount; ++k) short_of.short_vm_hours[k] += static_cast<double>(vm.stalled[k]);
  }
  std::vector<cost::HostUse> hosts;
  for (const Host& host : s.hosts) hosts.push_back(cost::use_of(host, load[host.id].first, load[host.id].second));
  cost::Consumption hour = cost::consumed_per_hour(hosts, {});
  hour += short_of;
  return hour;
}

}  // namespace

nlohmann::json cost_json(const State& state) {
  nlohmann::json policies = nlohmann::json::array();
  for (const Report& report : state.score)
    policies.push_back({{"policy", report.policy}, {"bill_per_day", report.bill_per_day}, {"consumed", cost::to_json(report.consumed)}});
  return {{"now", to_rfc3339(state.snapshot.taken_at)}, {"mode", name(state.run->mode)}, {"hour", cost::to_json(hour_of(state.snapshot))}, {"policies", std::move(policies)}};
}

}  // namespace headroom
