// The published experiment on dynamic consolidation of VMs: 800 hosts of two kinds, the VMs of one PlanetLab day, moved
// every five minutes by a policy. The model is that of CloudSim 3.0.3's power examples (Beloglazov and Buyya, "Optimal
// online deterministic algorithms and adaptive heuristics for energy and performance efficient dynamic consolidation of
// virtual machines in cloud data centers", CCPE 2012), restated so that energy, migrations and shutdowns come out equal;
// docs/consolidation.md tells how far, and what in it is odd.
//
// Policies: kThrMmt and kLrMmt are the published ones, overload by a threshold of 0.8 or by local regression with safety
// 1.2, the VM that moves fastest first. kHeadroom decides by a forecast of each VM that has seen nothing but the samples
// of the steps up to the one it decides in.
//
// Equal input gives equal output. Threads: none, no shared state. Errors: kInvalid when the day does not fit the hosts.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/consolidation/day.h"

namespace headroom {

enum class ConsolidationPolicy { kThrMmt, kLrMmt, kHeadroom };

// "thr-mmt", "lr-mmt", "headroom".
const std::vector<std::string>& consolidation_policy_names();
std::optional<ConsolidationPolicy> consolidation_policy_of(std::string_view name);

struct StartedMigration {
  std::size_t vm = 0, to = 0;
  bool operator==(const StartedMigration&) const = default;
};

// Where the experiment stands when the migrations of a step have just started.
struct StepState {
  double time_s = 0;
  double energy_joules = 0;          // of everything before
  std::size_t migrations = 0;        // started, this step's included
  std::size_t hosts_loaded = 0;      // with any CPU load
  std::size_t hosts_with_vms = 0;    // arriving ones too
  std::size_t vms = 0;               // not yet deleted
  std::vector<std::optional<std::size_t>> host_of_vm;  // before this step's migrations; nothing: deleted
  std::vector<StartedMigration> started;               // in this step, in their order
};

struct ExperimentOptions {
  ConsolidationPolicy policy = ConsolidationPolicy::kHeadroom;
  bool vm_deaths = true;     // the model deletes for good a VM that asks for no CPU at all
  bool enforce_ram = false;  // the model forgets memory after the first placement
  std::function<void(const StepState&)> on_step;
};

// Shares are in [0, 1].
struct ConsolidationReport {
  std::string policy;
  std::size_t vms = 0, vms_left = 0;
  double energy_kwh = 0;
  std::size_t migrations = 0;       // started; a VM sent on within a step counts twice
  std::size_t host_shutdowns = 0;
  double slatah = 0;                // time of active hosts that gave less than was asked, over their active time
  double pdm = 0;                   // work not done while migrating, over the work asked for
  double slav = 0;                  // slatah * pdm
  double esv = 0;                   // energy_kwh * slav
  double real_overload_ratio = 0;   // of the active time, that in which CPU was really short: see docs/consolidation.md
  double mean_active_hosts = 0;     // with load, over the steps
};

Result<ConsolidationReport> run_experiment(const Day& day, const ExperimentOptions& options);

nlohmann::json to_json(const ConsolidationReport& report);

}  // namespace headroom
