#include "headroom/daemon/json.h"
#include "json_parts.h"

namespace headroom {
namespace {

using nlohmann::json;
using ingest::AgentState;

template <class T>
json moment(const std::optional<T>& at) {
  return at ? json(to_rfc3339(*at)) : json();
}

json demand_json(const AgentState& a) {
  if (!a.demand) return nullptr;
  return {{"resource", name(a.demand->resource)}, {"wanted", rounded(a.demand->wanted)}, {"pressure", rounded(static_cast<double>(a.demand->pressure))},
          {"at", to_rfc3339(a.demand->heard_at)},  {"reason", a.demand->reason}};
}

json veto_json(const AgentState& a) {
  if (!a.veto) return nullptr;
  return {{"at", to_rfc3339(a.veto->at)}, {"reason", a.veto->reason}};
}

std::string vm_called(const State& state, const std::string& uuid) {
  for (const Vm& vm : state.snapshot.vms)
    if (vm.uuid == uuid) return vm.name;
  return {};
}

}  // namespace

json agent_json(const AgentState& a) {
  return {{"connected", a.connected},
          {"since", to_rfc3339(a.since)},
          {"from", a.from},
          {"version", a.version},
          {"serial", a.serial},
          {"certificate_until", to_rfc3339(a.certificate_until)},
          {"interval_seconds", static_cast<double>(a.interval.count()) / 1000},
          {"heard_at", moment(a.heard_at)},
          {"sampled_at", moment(a.sampled_at)},
          {"skew_seconds", a.skew ? json(static_cast<double>(a.skew->count()) / 1000) : json()},
          {"reports", a.reports},
          {"repeated_reports", a.duplicates},
          {"demand", demand_json(a)},
          {"veto", veto_json(a)}};
}

Result<json> agents_json(const State& state, const AgentDesk& desk) {
  const Instant now = desk.clock.now();
  json agents = json::array(), certificates = json::array(), tokens = json::array();
  for (const AgentState& a : desk.board.all()) {
    if (agents.size() >= kMostListed) break;
    json one = agent_json(a);
    one["vm"] = vm_called(state, a.vm_uuid);
    one["vm_uuid"] = a.vm_uuid;
    agents.push_back(std::move(one));
  }
  const auto issued = desk.identities.certificates(now);
  if (!issued) return tl::unexpected(issued.error());
  for (const auto& c : *issued) {
    if (certificates.size() >= kMostListed) break;
    certificates.push_back({{"serial", c.serial}, {"vm", vm_called(state, c.vm_uuid)}, {"vm_uuid", c.vm_uuid}, {"from", to_rfc3339(c.from)},
                            {"until", to_rfc3339(c.until)}, {"revoked_at", moment(c.revoked_at)}});
  }
  const auto open = desk.identities.open_tokens(now);
  if (!open) return tl::unexpected(open.error());
  for (const auto& t : *open) {
    if (tokens.size() >= kMostListed) break;
    tokens.push_back({{"vm", vm_called(state, t.vm_uuid)}, {"vm_uuid", t.vm_uuid}, {"made_at", to_rfc3339(t.made_at)}, {"until", to_rfc3339(t.until)}});
  }
  return json{{"listens_at", desk.listens_at}, {"agents", std::move(agents)}, {"certificates", std::move(certificates)}, {"tokens", std::move(tokens)}};
}

}  // namespace headroom
