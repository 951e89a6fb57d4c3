#include <algorithm>

#include "headroom/constraints/judge.h"
#include "headroom/planner/host_load.h"
#include "json_parts.h"
#include "words.h"

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
nlohmann::json cannot_leave(const State& state, const Host& host, bool is_left) {
  nlohmann::json all = nlohmann::json::array();
  if (!is_left) return all;
  const auto add = [&](const std::string& vm, const std::string& why) {
    if (all.size() < kMostListed) all.push_back({{"vm", vm}, {"why", why}});
  };
  for (const DeniedEntry& d : state.denied)
    if (d.host == host.name && d.about.starts_with(name(ReasonCode::kDrain))) add(d.vm, d.why);
  for (const ActionEntry& e : state.plan)
    if (e.from == host.name && e.action.reason.code == ReasonCode::kDrain && e.state == EntryState::kRefused) add(e.vm, e.why_refused);
  return all;
}

// Of a host that is to be left: who is still on it, and what becomes of each. null of others.
nlohmann::json leaving(const State& state, const Host& host, bool is_left) {
  if (!is_left) return nullptr;
  nlohmann::json vms = nlohmann::json::array();
  const Snapshot& s = state.snapshot;
  for (const Vm& vm : s.vms) {
    if (vm.host != host.id || vms.size() >= kMostListed) continue;
    const auto moves = [&](const Action& a) { return a.kind == ActionKind::kMigrate && a.vm == vm.id; };
    const auto flight = std::find_if(s.in_flight.begin(), s.in_flight.end(), [&](const InFlight& f) { return moves(f.action); });
    const auto planned = std::find_if(state.plan.begin(), state.plan.end(), [&](const ActionEntry& e) { return moves(e.action); });
    const bool going = flight != s.in_flight.end() || (planned != state.plan.end() && planned->state == EntryState::kRunning);
    const bool waits = !going && planned != state.plan.end() && planned->state == EntryState::kWaiting;
    const HostId to = flight != s.in_flight.end() ? flight->action.to : planned != state.plan.end() ? planned->action.to : HostId();
    vms.push_back({{"vm", vm.name}, {"memory", vm.allocation[Resource::kMemory]}, {"state", going ? "moving" : waits ? "waiting" : "here"},
                   {"to", going || waits ? host_name(s, to) : ""}});
  }
  return {{"since", host.drained_at ? nlohmann::json(to_rfc3339(*host.drained_at)) : nlohmann::json()},
          {"by", host.drained_at ? "drain" : host.accepts_vms ? "constraint" : "host"},
          {"vms", std::move(vms)}};
}

}  // namespace

// A reading is of the round it was made in, or of the moment before where its host was slow.
bool answers(const State& state, const Host& host) { return state.snapshot.taken_at - host.heard_at <= state.run->poll / 2; }

nlohmann::json host_line(const State& state, const Host& host, bool is_left) {
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
          {"leaving", leaving(state, host, is_left)},
          {"cannot_leave", cannot_leave(state, host, is_left)},
          {"vms", vms},
          {"price_class", name(host.price.price_class)},
          {"usd_per_hour", host.price.usd_per_hour},
          {"deliverable", to_json(host.deliverable())},
          {"admissible", to_json(host.admissible())},
          {"allocated", to_json(allocated)},
          {"used", by_resource([&](Resource r) { return rounded(used[index(r)]); })},
          {"risk", risk_json(state, host)}};
}

// In the words of a host, with nothing known: it has never answered.
nlohmann::json host_line(const State& state, const UnheardHost& unheard) {
  Host nothing;
  nothing.name = unheard.name;
  nlohmann::json line = host_line(state, nothing, false);
  const nlohmann::json unknown = by_resource([](Resource) { return nullptr; });
  line.update({{"power", "unreachable"}, {"heard_at", nullptr}, {"answers", false}, {"accepts_vms", false}, {"can_start", false}, {"can_stop", false}, {"price_class", ""}, {"risk", nullptr},
               {"unreachable_since", to_rfc3339(unheard.since)}, {"why", unheard.why}});
  for (const char* key : {"deliverable", "admissible", "allocated", "used"}) line[key] = unknown;
  return line;
}

nlohmann::json host_json(const State& state, const UnheardHost& unheard) {
  nlohmann::json object = host_line(state, unheard);
  object["residents"] = nlohmann::json::array();
  object["samples"] = {{"at", nlohmann::json::array()}, {"cpu_used", nlohmann::json::array()}};
  object["actions"] = nlohmann::json::array();
  return object;
}

nlohmann::json host_json(const State& state, const Host& host, const HostDetail& detail) {
  const auto left = constraints::to_be_left(state.snapshot);
  nlohmann::json object = host_line(state, host, std::binary_search(left.begin(), left.end(), host.id));
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
