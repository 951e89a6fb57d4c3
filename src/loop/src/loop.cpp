#include "headroom/loop/loop.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "headroom/base/check.h"
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
  take_in(ports_.actuator.poll(now));
  std::vector<HistorySample> kept;
  if (auto ok = collect(now, kept, round); !ok) return tl::unexpected(ok.error());
  if (ports_.history) keep(kept, round.troubles);
  take_in(ports_.actuator.confirm({snapshot_.hosts, snapshot_.vms}, now));

  Stopwatch forecasting;
  forecast(now);
  round.forecast_seconds = forecasting.seconds();

  Stopwatch deciding;
  take_in_flight();
  memory_.update(snapshot_);
  snapshot_.memory.moves = moves_.errors();
  round.plan = make_plan(snapshot_, policy_);
  memory_.note(snapshot_, round.plan);
  round.breaches = check_plan(snapshot_, round.plan);
  round.decision_seconds = deciding.seconds();
  act(now, round);
  return round;
}

// What is under way at a host that nobody has heard of (an earlier run began it, and the host has been silent since) cannot be placed: its
// VM is left alone, and its room at a destination that is known is held.
void Loop::take_in_flight() {
  snapshot_.in_flight = ports_.actuator.in_flight();
  for (Vm& vm : snapshot_.vms) vm.action_in_flight = false;
  for (const InFlight& f : snapshot_.in_flight)
    if (Vm* vm = find_by_id(snapshot_.vms, f.action.vm)) vm->action_in_flight = true;
  std::erase_if(snapshot_.in_flight, [&](const InFlight& f) {
    const bool moves = f.action.kind == ActionKind::kMigrate;
    Host* const to = moves ? find_by_id(snapshot_.hosts, f.action.to) : nullptr;
    const bool placed = snapshot_.find(f.action.from) != nullptr && (!moves || to != nullptr);
    if (!placed && to != nullptr) to->incoming += f.action.after;
    return !placed;
  });
}

// What has its time now; the rest waits for it, or is left to the next plan.
void Loop::act(Instant now, Round& round) {
  round.since = std::exchange(since_, {});
  round.ended = std::exchange(ended_, {});
  looked_at_ = now;
  if (!round.breaches.empty()) {
    queue_ = {};
    return;
  }
  const Plan due{round.plan.made_at, queue_.fill(round.plan, snapshot_, now + snapshot_.step), {}};
  round.verdicts = ports_.actuator.submit(due, snapshot_);
  note_started(round.verdicts, now);
  const auto wait = [&](const Action& a, const char* why) {
    Verdict v;
    v.action = a;
    v.decision = Decision::kWaiting;
    v.why = why;
    round.verdicts.push_back(std::move(v));
  };
  for (const Action& a : queue_.waiting()) wait(a, "its turn comes within this round");
  for (const Action& a : queue_.left()) wait(a, "its turn comes after the next round, which plans anew");
}

Result<void> Loop::look(Instant now) {
  looked_at_ = now;
  take_in(ports_.actuator.poll(now));
  auto inventory = ports_.hypervisor.inventory();
  if (!inventory) return tl::unexpected(inventory.error());
  take_in(ports_.actuator.confirm(*inventory, now));
  std::vector<Action> stopped;
  const Plan due{now, queue_.due(now, stopped), {}};
  for (const Action& a : stopped) {
    Verdict v;
    v.action = a;
    v.refusal = Refusal::kEarlierMove;
    v.why = "a move that it counted on has failed or was not begun";
    since_.push_back(std::move(v));
  }
  if (due.actions.empty()) return {};
  Snapshot fresh;
  fresh.taken_at = now;
  fresh.step = snapshot_.step;
  fresh.hosts = std::move(inventory->hosts);
  fresh.vms = std::move(inventory->vms);
  mark_drained(fresh.hosts);
  std::vector<Verdict> verdicts = ports_.actuator.submit(due, fresh);
  note_started(verdicts, now);
  for (Verdict& v : verdicts) {
    const bool for_a_moment = v.refusal == Refusal::kHostLimit || v.refusal == Refusal::kFleetLimit || v.refusal == Refusal::kHostBusy;
    if (for_a_moment && !v.undo) queue_.again(v.action);
    else since_.push_back(std::move(v));
  }
  return {};
}

void Loop::take_in(std::vector<Ended> ended) {
  for (Ended& e : ended) {
    const bool done = e.outcome == ActionPhase::kDone;
    if (e.action.kind == ActionKind::kMigrate) {
      queue_.ended(e.action.vm, done);
      if (done && e.took) moves_.note(e.action, e.ended_at, *e.took, e.downtime);
    }
    ended_.push_back(std::move(e));
  }
}

void Loop::warm_start(Duration forecast_step, WarmSpan span) {
  HEADROOM_CHECK(ports_.history != nullptr, "a past is taken up from a history store");
  warm_start_.emplace(*ports_.history, ports_.forecaster, forecast_step, span);
}

Result<void> Loop::collect(Instant now, std::vector<HistorySample>& kept, Round& round) {
  auto inventory = ports_.hypervisor.inventory();
  if (!inventory) return tl::unexpected(inventory.error());
  auto samples = ports_.hypervisor.samples();
  if (!samples) return tl::unexpected(samples.error());
  snapshot_.taken_at = now;
  snapshot_.hosts = std::move(inventory->hosts);
  snapshot_.vms = std::move(inventory->vms);
  round.troubles = std::move(inventory->troubles);
  round.alarm = std::move(inventory->alarm);
  round.unheard = std::move(inventory->unheard);
  mark_drained(snapshot_.hosts);
  leave_out_lost(round.troubles);
  for (Vm& vm : snapshot_.vms) {
    ports_.forecaster.set_ceiling(vm.id, vm.ceiling);
    ports_.forecaster.set_limit(vm.id, vm.allocation);
    const Touched& t = touched_[vm.id];
    vm.resized_at = t.resized_at;
    vm.moved_at = t.moved_at;
  }
  if (warm_start_) warm_start_->take_up(snapshot_.vms, now, round.troubles);
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

// A VM on a host that is not there: nothing can be planned for it, and nothing that counts on where it is.
void Loop::leave_out_lost(std::vector<std::string>& troubles) {
  std::vector<std::string> lost;
  std::erase_if(snapshot_.vms, [&](const Vm& vm) {
    const bool homeless = snapshot_.find(vm.host) == nullptr;
    if (homeless) lost.push_back(vm.name);
    return homeless;
  });
  if (lost.empty()) return;
  constexpr std::size_t kNamed = 5;
  const std::size_t more = lost.size() > kNamed ? lost.size() - kNamed : 0;
  lost.resize(lost.size() - more);
  troubles.push_back(fmt::format("it is not known on which of the hosts these VMs are, and they are left alone: {}{}", fmt::join(lost, ", "),
                                 more > 0 ? fmt::format(" and {} more", more) : ""));
}

void Loop::mark_drained(std::vector<Host>& hosts) const {
  for (Host& host : hosts) {
    const auto since = drained_.find(host.name);
    if (since == drained_.end()) continue;
    host.accepts_vms = false;
    host.drained_at = since->second;
  }
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
    const bool started = v.decision == Decision::kStarted;
    if (v.action.kind == ActionKind::kMigrate && !started) queue_.ended(v.action.vm, false);
    if (!started || !v.action.vm.valid()) continue;
    note_touched(v.action, now);
    if (v.action.kind == ActionKind::kMigrate) queue_.begun(v.action.vm);
  }
}

void Loop::note_touched(const Action& action, Instant at) {
  Touched& t = touched_[action.vm];
  for (Resource r : kAllResources)
    if (action.after[r] != action.before[r]) t.resized_at[index(r)] = at;
  if (action.kind == ActionKind::kMigrate) t.moved_at = at;
}

void Loop::remember(const std::vector<JournalRecord>& begun) {
  for (const JournalRecord& record : begun) {
    const bool refused = record.phase == ActionPhase::kFailed && record.changed_at == record.planned_at;
    if (!record.action.vm.valid() || refused) continue;
    note_touched(record.action, record.planned_at);
    if (!is_over(record.phase)) memory_.take_up(record.action);
  }
}

Duration Loop::memory() const {
  Duration longest = policy_.hosts.stay_after_move;
  for (const Rule& rule : policy_.rules) longest = std::max(longest, rule.cooldown);
  return longest;
}

}  // namespace headroom
