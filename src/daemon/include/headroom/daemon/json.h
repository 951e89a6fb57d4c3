// The manager's answers as JSON, as docs/api.md lays them down. Pure functions of a State: no server, no clock.
//
// Units: base units of model/resources.h; times RFC 3339. Lists are bounded: what is longer is cut, and says so with
// "truncated": true. A VM that has no forecast yet has null where a forecast would be.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "headroom/daemon/agent_desk.h"
#include "headroom/daemon/board.h"
#include "headroom/libvirt/policy_desk.h"
#include "headroom/model/sample.h"
#include "headroom/planner/what_if.h"

namespace headroom {

inline constexpr std::size_t kMostListed = 20'000;  // hosts, VMs, residents
inline constexpr std::size_t kMostDenied = 1000;    // of one plan
inline constexpr std::size_t kMostAlerts = 1000;    // of one plan
inline constexpr std::size_t kMostRefused = 1000;   // hosts for one new VM

// What is asked of the logs for the answer about one VM or host.
struct VmDetail {
  std::vector<Sample> samples;                 // of the last day, ascending
  std::vector<Trail::Change> allocations;
  std::vector<ActionEntry> actions;            // newest first
  std::vector<DeniedEntry> denied;
  std::optional<ingest::AgentState> agent{};   // none: it never had one
};
struct HostDetail {
  std::vector<Trail::Use> cpu;
  std::vector<ActionEntry> actions;
};

nlohmann::json status_json(const State& state);
nlohmann::json fleet_json(const State& state);
nlohmann::json vm_json(const State& state, const Vm& vm, const VmDetail& detail);
nlohmann::json host_json(const State& state, const Host& host, const HostDetail& detail);
nlohmann::json host_json(const State& state, const UnheardHost& unheard);
nlohmann::json plan_json(const State& state);
nlohmann::json actions_json(const State& state, const std::vector<ActionEntry>& actions);
nlohmann::json score_json(const State& state);
// kFailed: the identity book cannot be read.
Result<nlohmann::json> agents_json(const State& state, const AgentDesk& desk);
nlohmann::json agent_json(const ingest::AgentState& agent);
nlohmann::json policy_json(const libvirt::PolicyOf& policy);
nlohmann::json cost_json(const State& state);
nlohmann::json accuracy_json(const State& state);
// `changes`: as they were written.
nlohmann::json what_if_json(const Snapshot& as_it_is, const std::vector<std::string>& changes, const WhatIf& answer);

}  // namespace headroom
