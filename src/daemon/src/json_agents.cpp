#include <string_view>
#include <unordered_map>

#include "headroom/daemon/json.h"
#include "json_parts.h"

namespace headroom {
namespace {

using nlohmann::json;
using ingest::AgentState;
using ingest::Directive;

template <class T>
json moment(const std::optional<T>& at) {
  return at ? json(to_rfc3339(*at)) : json();
}

json demand_json(const AgentState& a) {
  if (!a.demand) return nullptr;
  return {{"resource", name(a.demand->resource)}, {"wanted", rounded(a.demand->wanted)}, {"pressure", rounded(static_cast<double>(a.demand->pressure))},
          {"at", to_rfc3339(a.demand->heard_at)},  {"reason", a.demand->reason}};
}

double seconds(Duration d) { return static_cast<double>(d.count()) / 1000; }

json veto_json(const AgentState& a) {
  if (!a.veto) return nullptr;
  return {{"at", to_rfc3339(a.veto->at)}, {"reason", a.veto->reason}};
}

json jump_json(const AgentState& a) {
  if (!a.jump) return nullptr;
  return {{"at", to_rfc3339(a.jump->at)}, {"by_seconds", seconds(a.jump->by)}};
}

json disagreement_json(const AgentState& a) {
  if (!a.apart) return nullptr;
  return {{"since", to_rfc3339(a.apart->since)}, {"resource", name(a.apart->resource)}, {"by_agent", rounded(a.apart->by_agent)},
          {"by_hypervisor", rounded(a.apart->by_hypervisor)}};
}

// Names of VMs, and what their guests are asked, by UUID.
using NameOf = std::unordered_map<std::string_view, std::string_view>;
using AskedOf = std::unordered_map<std::string, json>;

NameOf names_of(const State& state) {
  NameOf names;
  for (const Vm& vm : state.snapshot.vms) names.emplace(vm.uuid, vm.name);
  return names;
}

std::string called(const NameOf& names, const std::string& uuid) {
  const auto found = names.find(uuid);
  return found == names.end() ? std::string() : std::string(found->second);
}

template <class Amount>
json from_to(Amount from, Amount to) {
  return to == 0 ? json() : json{{"from", from}, {"to", to}};
}

json asked_json(const Directive& d) {
  constexpr std::uint64_t kKibibyte = 1024;
  return {{"kind", name(d.kind)},
          {"moment", name(d.moment)},
          {"state", name(d.state)},
          {"vcpus", from_to(d.vcpus_from, d.vcpus_to)},
          {"memory", from_to(d.memory_kib_from * kKibibyte, d.memory_kib_to * kKibibyte)},
          {"interval_seconds", d.kind == ingest::DirectiveKind::kSampling ? json(seconds(d.interval)) : json()},
          {"at", to_rfc3339(d.made_at)},
          {"until", to_rfc3339(d.until)},
          {"reason", d.reason}};
}

Result<AskedOf> asked_of(const AgentDesk& desk, Instant now) {
  AskedOf asked;
  if (desk.directives == nullptr) return asked;
  const auto open = desk.directives->open_ones(now);
  if (!open) return tl::unexpected(open.error());
  for (const Directive& d : *open) asked.try_emplace(d.vm_uuid, json::array()).first->second.push_back(asked_json(d));
  return asked;
}

}  // namespace

json agent_json(const AgentState& a) {
  return {{"connected", a.connected},
          {"since", to_rfc3339(a.since)},
          {"from", a.from},
          {"version", a.version},
          {"serial", a.serial},
          {"certificate_until", to_rfc3339(a.certificate_until)},
          {"interval_seconds", seconds(a.interval)},
          {"heard_at", moment(a.heard_at)},
          {"sampled_at", moment(a.sampled_at)},
          {"boot_id", a.boot_id},
          {"booted_at", moment(a.booted_at)},
          {"skew_seconds", a.skew ? json(seconds(*a.skew)) : json()},
          {"jump", jump_json(a)},
          {"reports", a.reports},
          {"repeated_reports", a.duplicates},
          {"late_reports", a.late},
          {"rolled_up_samples", a.rolled_up},
          {"lost_samples", a.lost},
          {"demand", demand_json(a)},
          {"veto", veto_json(a)},
          {"disagreement", disagreement_json(a)}};
}

Result<json> agents_json(const State& state, const AgentDesk& desk) {
  const Instant now = desk.clock.now();
  json agents = json::array(), certificates = json::array(), tokens = json::array();
  const NameOf names = names_of(state);
  auto asked = asked_of(desk, now);
  if (!asked) return tl::unexpected(asked.error());
  for (const AgentState& a : desk.board.all()) {
    if (agents.size() >= kMostListed) break;
    json one = agent_json(a);
    one["vm"] = called(names, a.vm_uuid);
    one["vm_uuid"] = a.vm_uuid;
    one["asked"] = std::move(asked->try_emplace(a.vm_uuid, json::array()).first->second);
    agents.push_back(std::move(one));
  }
  const auto issued = desk.identities.certificates(now);
  if (!issued) return tl::unexpected(issued.error());
  for (const auto& c : *issued) {
    if (certificates.size() >= kMostListed) break;
    certificates.push_back({{"serial", c.serial}, {"vm", called(names, c.vm_uuid)}, {"vm_uuid", c.vm_uuid}, {"from", to_rfc3339(c.from)},
                            {"until", to_rfc3339(c.until)}, {"revoked_at", moment(c.revoked_at)}});
  }
  const auto unused = desk.identities.open_tokens(now);
  if (!unused) return tl::unexpected(unused.error());
  for (const auto& t : *unused) {
    if (tokens.size() >= kMostListed) break;
    tokens.push_back({{"vm", called(names, t.vm_uuid)}, {"vm_uuid", t.vm_uuid}, {"made_at", to_rfc3339(t.made_at)}, {"until", to_rfc3339(t.until)}});
  }
  return json{{"now", to_rfc3339(now)}, {"listens_at", desk.listens_at},
              {"agents", std::move(agents)}, {"certificates", std::move(certificates)}, {"tokens", std::move(tokens)}};
}

}  // namespace headroom
