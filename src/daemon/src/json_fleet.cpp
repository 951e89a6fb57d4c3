#include <algorithm>

#include "headroom/constraints/judge.h"
#include "json_parts.h"

namespace headroom {

// O(hosts * VMs): a host's line adds its residents up.
nlohmann::json fleet_json(const State& state) {
  const Snapshot& s = state.snapshot;
  nlohmann::json hosts = nlohmann::json::array(), vms = nlohmann::json::array();
  const std::vector<HostId> left = constraints::to_be_left(s);
  for (const Host& host : s.hosts)
    if (hosts.size() < kMostListed) hosts.push_back(host_line(state, host, std::binary_search(left.begin(), left.end(), host.id)));
  for (const UnheardHost& unheard : state.unheard)
    if (hosts.size() < kMostListed) hosts.push_back(host_line(state, unheard));
  for (const Vm& vm : s.vms)
    if (vms.size() < kMostListed) vms.push_back(vm_line(state, vm));
  nlohmann::json object{{"now", to_rfc3339(s.taken_at)},
                        {"levels", levels_json()},
                        {"horizons_seconds", to_json(s.horizons)},
                        {"hosts", std::move(hosts)},
                        {"vms", std::move(vms)}};
  if (s.hosts.size() > kMostListed || s.vms.size() > kMostListed) object["truncated"] = true;
  return object;
}

}  // namespace headroom
