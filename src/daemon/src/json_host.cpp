#include "headroom/planner/host_load.h"
#include "json_parts.h"

namespace headroom {
namespace {

// By the distribution of the VMs' sum, as the planner judges it. null while forecasts are missing.
nlohmann::json risk_json(const State& state, const Host& host) {
  const Snapshot& s = state.snapshot;
  const HostPolicy& policy = state.run->decides.hosts;
  if (state.round == 0 || s.horizons.empty()) return nullptr;
  const Load load = host_cpu_load(s, host.id, policy);
  const double rho = policy.shared_variance;
  return {{"horizon_seconds", s.horizons[horizon_index(s.horizons, policy.overload_horizon)].count() / 1000},
          {"cpu_exceedance", rounded(load.exceedance(static_cast<double>(host.deliverable().cpu().count()), rho))},
          {"cpu_mean", rounded(load.mean)},
          {"cpu_q95", rounded(load.q95(rho))}};
}

// Who is on a host that is to be left, and why they stay: nowhere to go, or not let go.
nlohmann::json cannot_leave(const State& state, const Host& host) {
  nlohmann::json all = nlohmann::json::array();
  if (host.accepts_vms) return all;
  const auto add = [&](const std::string& vm, const std::string& why) {
    if (all.size() < kMostListed) all.push_back({{"vm", vm}, {"why", why}});
  };
  for (const DeniedEntry& d : state.denied)
    if (d.host == host.name && d.about.starts_with(name(ReasonCode::kDrain))) add(d.vm, d.why);
  for (const ActionEntry& e : state.plan)
    if (e.from == host.name && e.action.reason.code == ReasonCode::kDrain && e.state == EntryState::kRefused) add(e.vm, e.why_refused);
  return all;
}

}  // namespace

// A reading is of the round it was made in, or of the moment before where its host was slow.
bool answers(const State& state, const Host& host) { return state.snapshot.taken_at - host.heard_at <= state.run->poll / 2; }

nlohmann::json host_line(const State& state, const Host& host) {
  std::size_t vms = 0;
  Resources allocated;
  std::array<double, kResourceCount> used{};
  for (const Vm& vm : state.snapshot.vms) {
    if (vm.host != host.id) continue;
    ++vms;
    allocated += vm.allocation;
    for (std::size_t k = 0; k < kResourceCount; ++k) used[k] += vm.used[k];
  }
  return {{"name", host.name},
          {"type", host.type},
          {"power", name(host.power)},
          {"can_start", host.can_start},
          {"can_stop", host.can_stop},
          {"accepts_vms", host.accepts_vms},
          {"heard_at", to_rfc3339(host.heard_at)},
          {"answers", host.power == PowerState::kOn ? nlohmann::json(answers(state, host)) : nlohmann::json()},
          {"drained_at", host.drained_at ? nlohmann::json(to_rfc3339(*host.drained_at)) : nlohmann::json()},
          {"cannot_leave", cannot_leave(state, host)},
          {"vms", vms},
          {"price_class", name(host.price.price_class)},
          {"usd_per_hour", host.price.usd_per_hour},
          {"deliverable", to_json(host.deliverable())},
          {"admissible", to_json(host.admissible())},
          {"allocated", to_json(allocated)},
          {"used", by_resource([&](Resource r) { return rounded(used[index(r)]); })},
          {"risk", risk_json(state, host)}};
}

nlohmann::json host_json(const State& state, const Host& host, const HostDetail& detail) {
  nlohmann::json object = host_line(state, host);
  nlohmann::json residents = nlohmann::json::array(), at = nlohmann::json::array(), cpu = nlohmann::json::array();
  for (const Vm& vm : state.snapshot.vms)
    if (vm.host == host.id && residents.size() < kMostListed) residents.push_back(vm.name);
  for (const Trail::Use& use : detail.cpu) {
    at.push_back(to_rfc3339(use.at));
    cpu.push_back(rounded(use.cpu));
  }
  object["residents"] = std::move(residents);
  object["samples"] = {{"at", std::move(at)}, {"cpu_used", std::move(cpu)}};
  object["actions"] = list(detail.actions);
  return object;
}

}  // namespace headroom
