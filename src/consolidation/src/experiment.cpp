#include "headroom/consolidation/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "headroom_policy.h"
#include "overload.h"
#include "placement.h"
#include "pool.h"
#include "published.h"

namespace headroom {
namespace consolidation {
namespace {

Overloaded overload_test(ConsolidationPolicy policy) {
  if (policy == ConsolidationPolicy::kThrMmt)
    return [test = ThresholdTest{}](const Outlook& o, const HostKind& kind) { return test.overloaded(o, kind); };
  return [test = RegressionTest{}](const Outlook& o, const HostKind& kind) { return test.overloaded(o, kind); };
}

std::unique_ptr<Policy> make_policy(ConsolidationPolicy policy) {
  if (policy == ConsolidationPolicy::kHeadroom) return std::make_unique<HeadroomPolicy>();
  return std::make_unique<PublishedPolicy>(overload_test(policy));
}

// Every VM asks for all of its size, one after the other; those that have their place ask for nothing until the first step,
// but what they were given is not given again. Since an empty host costs no idle power, this spreads the VMs over nearly
// all hosts; the first hour is spent on packing them.
Result<void> place_all(Site& site, const Overloaded& overloaded) {
  Trial trial(site);
  const std::vector<bool> none(site.hosts.size());
  for (std::uint32_t v = 0; v < site.vms.size(); ++v) {
    VmState& vm = site.vms[v];
    vm.asks = vm.kind.mips;
    const auto to = best_host(trial, v, none, overloaded);
    if (!to)
      return invalid(fmt::format("VM {} of {} finds no host with room at the start; the model's {} hosts take fewer VMs", v + 1,
                                 site.vms.size(), site.hosts.size()));
    vm.asks = 0;
    trial.put(v, *to, vm.kind.mips);
    vm.host = *to;
    vm.alive = true;
    site.hosts[*to].guests.push_back({v, Stay::kHere, 0, 0});
  }
  trial.keep_table_sizes(site);
  return {};
}

// Those of one size of memory end at once.
void finish_all(Pool& pool, const std::vector<Move>& moves, double step_s, bool deaths) {
  std::map<double, std::vector<Move>> ends;
  for (const Move& move : moves)
    ends[step_s + migration_seconds(pool.site().vms[move.vm].kind.ram_mb)].push_back(move);
  for (const auto& [time_s, ending] : ends) {
    pool.advance(time_s, false, deaths);
    for (const Move& move : ending) pool.finish(move);
    pool.advance(time_s, false, deaths);
  }
}

template <class Range, class Predicate>
std::size_t count(const Range& range, Predicate holds) {
  return static_cast<std::size_t>(std::count_if(range.begin(), range.end(), holds));
}

std::size_t hosts_loaded(const Site& site) {
  return count(site.hosts, [](const HostState& host) { return host.load > 0; });
}

std::size_t vms_alive(const Site& site) {
  return count(site.vms, [](const VmState& vm) { return vm.alive; });
}

StepState state_of(const Pool& pool, const std::vector<Move>& moves, double time_s, std::size_t migrations) {
  const Site& site = pool.site();
  StepState state{time_s, pool.energy_joules(), migrations, hosts_loaded(site), 0, vms_alive(site), {}, {}};
  for (const VmState& vm : site.vms) state.host_of_vm.push_back(vm.alive ? std::optional<std::size_t>(vm.host) : std::nullopt);
  for (const Move& move : moves) state.started.push_back({move.vm, move.to});
  state.hosts_with_vms = count(site.hosts, [](const HostState& host) { return !host.guests.empty(); });
  return state;
}

}  // namespace
}  // namespace consolidation

using namespace consolidation;

const std::vector<std::string>& consolidation_policy_names() {
  static const std::vector<std::string> names{"thr-mmt", "lr-mmt", "headroom"};
  return names;
}

std::optional<ConsolidationPolicy> consolidation_policy_of(std::string_view name) {
  const auto& names = consolidation_policy_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<ConsolidationPolicy>(found - names.begin());
}

Result<ConsolidationReport> run_experiment(const Day& day, const ExperimentOptions& options) {
  if (day.empty()) return invalid("the day has no VMs");
  Pool pool(day);
  Site& site = pool.site();
  site.enforce_ram = true;  // the first placement knows the VMs' memory in any case
  if (auto placed = place_all(site, overload_test(options.policy)); !placed) return tl::unexpected(placed.error());
  site.enforce_ram = options.enforce_ram;

  const auto policy = make_policy(options.policy);
  ConsolidationReport report;
  double now_s = kFirstStep, active = 0;
  for (int k = 0; k < kSteps; ++k) {
    now_s += kStepSeconds;
    pool.advance(now_s, true, options.vm_deaths);
    active += static_cast<double>(hosts_loaded(site));
    Trial trial(site);
    const std::vector<Move> moves = policy->decide(trial);
    trial.keep_table_sizes(site);
    for (const Move& move : moves) pool.start(move);
    report.migrations += moves.size();
    if (options.on_step) options.on_step(state_of(pool, moves, now_s, report.migrations));
    finish_all(pool, moves, now_s, options.vm_deaths);
  }
  report.policy = consolidation_policy_names()[static_cast<std::size_t>(options.policy)];
  report.vms = day.size();
  report.vms_left = vms_alive(site);
  report.energy_kwh = pool.energy_joules() / 3.6e6;
  report.mean_active_hosts = active / kSteps;
  pool.close(report);
  return report;
}

nlohmann::json to_json(const ConsolidationReport& r) {
  return {{"policy", r.policy},
          {"vms", r.vms},
          {"vms_left", r.vms_left},
          {"energy_kwh", r.energy_kwh},
          {"migrations", r.migrations},
          {"host_shutdowns", r.host_shutdowns},
          {"slatah", r.slatah},
          {"pdm", r.pdm},
          {"slav", r.slav},
          {"esv", r.esv},
          {"real_overload_ratio", r.real_overload_ratio},
          {"mean_active_hosts", r.mean_active_hosts}};
}

}  // namespace headroom
