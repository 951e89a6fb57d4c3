#include "headroom/loop/loop.h"

#include "headroom/base/clock.h"
#include "headroom/model/find.h"
#include "headroom/planner/checker.h"

namespace headroom {
namespace {

constexpr std::size_t kRecentRounds = 16;

}  // namespace

Loop::Loop(LoopPorts ports, Policy policy, Duration step)
    : ports_(ports), policy_(std::move(policy)), memory_(policy_) {
  snapshot_.step = step;
  snapshot_.horizons = ports.forecaster.horizons();
  snapshot_.constraints = policy_.constraints;
}

Result<Round> Loop::run_round(Instant now) {
  Round round;
  round.ended = ports_.actuator.poll(now);
  std::vector<HistorySample> kept;
  if (auto ok = collect(now, kept); !ok) return tl::unexpected(ok.error());
  if (ports_.history) keep(kept, round.troubles);
  for (Ended& e : ports_.actuator.confirm({snapshot_.hosts, snapshot_.vms}, now)) round.ended.push_back(std::move(e));

  Stopwatch forecasting;
  forecast(now);
  round.forecast_seconds = forecasting.seconds();

  Stopwatch deciding;
  snapshot_.in_flight = ports_.actuator.in_flight();
  for (Vm& vm : snapshot_.vms) vm.action_in_flight = false;
  for (const InFlight& f : snapshot_.in_flight)
    if (Vm* vm = find_by_id(snapshot_.vms, f.action.vm)) vm->action_in_flight = true;
  memory_.update(snapshot_);
  round.plan = make_plan(snapshot_, policy_);
  memory_.note_alerts(round.plan);
  round.breaches = check_plan(snapshot_, round.plan);
  round.decision_seconds = deciding.seconds();

  if (!round.breaches.empty()) return round;
  round.verdicts = ports_.actuator.submit(round.plan, snapshot_);
  note_started(round.verdicts, now);
  return round;
}

Result<void> Loop::collect(Instant now, std::vector<HistorySample>& kept) {
  auto inventory = ports_.hypervisor.inventory();
  if (!inventory) return tl::unexpected(inventory.error());
  auto samples = ports_.hypervisor.samples();
  if (!samples) return tl::unexpected(samples.error());
  snapshot_.taken_at = now;
  snapshot_.hosts = std::move(inventory->hosts);
  snapshot_.vms = std::move(inventory->vms);
  for (Vm& vm : snapshot_.vms) {
    ports_.forecaster.set_ceiling(vm.id, vm.ceiling);
    ports_.forecaster.set_limit(vm.id, vm.allocation);
    const Touched& t = touched_[vm.id];
    vm.resized_at = t.resized_at;
    vm.moved_at = t.moved_at;
  }
  for (const VmSample& s : *samples) {
    ports_.forecaster.observe(s);
    if (!ports_.history) continue;
    if (const Vm* vm = snapshot_.find(s.vm)) kept.push_back({vm->uuid, s.sample});
  }
  for (Host& host : snapshot_.hosts) {
    double used = 0;
    for (const Vm& vm : snapshot_.vms)
      if (vm.host == host.id) used += vm.used[index(Resource::kCpu)];
    auto& recent = recent_cpu_[host.id];
    recent.push_back(static_cast<float>(used));
    if (recent.size() > kRecentRounds) recent.erase(recent.begin());
    host.recent_cpu = recent;
  }
  return {};
}

// The store may have taken a part of what it complains about, so it is synced all the same.
void Loop::keep(const std::vector<HistorySample>& samples, std::vector<std::string>& troubles) {
  const auto appended = ports_.history->append(samples);
  if (!appended) troubles.push_back(appended.error().message);
  const auto synced = ports_.history->sync();
  if (!synced && (appended || synced.error().message != appended.error().message)) troubles.push_back(synced.error().message);
}

void Loop::forecast(Instant now) {
  std::vector<VmId> ids;
  for (const Vm& vm : snapshot_.vms) ids.push_back(vm.id);
  ports_.forecaster.forecast(now, ids, forecasts_);
  for (std::size_t i = 0; i < snapshot_.vms.size(); ++i) snapshot_.vms[i].forecast = forecasts_[i];
}

void Loop::note_started(const std::vector<Verdict>& verdicts, Instant now) {
  for (const Verdict& v : verdicts) {
    if (v.decision != Decision::kStarted || !v.action.vm.valid()) continue;
    Touched& t = touched_[v.action.vm];
    for (Resource r : kAllResources)
      if (v.action.after[r] != v.action.before[r]) t.resized_at[index(r)] = now;
    if (v.action.kind == ActionKind::kMigrate) t.moved_at = now;
  }
}

}  // namespace headroom
