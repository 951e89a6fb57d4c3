#include "headroom/hypervisor/simulated_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "headroom/base/check.h"
#include "headroom/model/find.h"
#include "max_min_share.h"

namespace headroom {
namespace {

constexpr float kStallTolerance = 1.001F;  // a tenth of a percent short is not held back
constexpr std::size_t kFinishedKept = 4096;
constexpr int kMaxCopyRounds = 30;

bool changes(const Resources& a, const Resources& b, bool upwards) {
  for (Resource r : kAllResources)
    if (upwards ? b[r] > a[r] : b[r] < a[r]) return true;
  return false;
}

}  // namespace

double PoolTimings::migration_rate(const Action& move) const {
  if (!move.schedule) return migration_bytes_per_second;
  return std::min(migration_bytes_per_second, static_cast<double>(move.schedule->bandwidth.count()));
}

SimulatedPool::SimulatedPool(std::vector<Host> hosts, std::vector<Vm> vms, std::vector<RecordedDemand> demand,
                             Duration step, Instant begin, PoolTimings timings)
    : hosts_(std::move(hosts)),
      vms_(std::move(vms)),
      demand_(std::move(demand)),
      step_(step),
      now_(begin),
      timings_(timings),
      random_(timings.seed),
      usage_(vms_.size()),
      stretch_(vms_.size()),
      residents_(hosts_.size()) {
  HEADROOM_CHECK(demand_.size() == vms_.size(), "every VM has a demand");
  HEADROOM_CHECK(begin.time_since_epoch() % step == Duration::zero(), "the replay begins on the step grid");
  for (std::size_t i = 0; i < vms_.size(); ++i) residents_[host_index(vms_[i].host)].push_back(i);
  for (Host& h : hosts_) h.heard_at = now_;
}

std::size_t SimulatedPool::vm_index(VmId id) const {
  const Vm* vm = find_by_id(vms_, id);
  HEADROOM_CHECK(vm != nullptr, "the VM exists");
  return static_cast<std::size_t>(vm - vms_.data());
}

std::size_t SimulatedPool::host_index(HostId id) const {
  const Host* host = find_by_id(hosts_, id);
  HEADROOM_CHECK(host != nullptr, "the host exists");
  return static_cast<std::size_t>(host - hosts_.data());
}

std::size_t SimulatedPool::slot_of(Instant t, const RecordedDemand& demand) const {
  const auto slot = (t - demand.start) / step_;
  const auto last = static_cast<std::int64_t>(demand.recorded.size()) - 1;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(slot, 0, std::max<std::int64_t>(last, 0)));
}

void SimulatedPool::advance_to(Instant t) {
  while (now_ < t) {
    const Instant step_end = now_ + (step_ - now_.time_since_epoch() % step_);
    Instant end = std::min(t, step_end);
    for (const Operation& op : running_)
      if (op.ends > now_) end = std::min(end, op.ends);
    integrate(end);
    now_ = end;
    finish_due();
    if (now_ == step_end) finish_step();
  }
  for (Host& h : hosts_)
    if (h.power != PowerState::kFailed) h.heard_at = now_;
}

void SimulatedPool::integrate(Instant end) {
  for (std::size_t i = 0; i < vms_.size(); ++i) {
    Delivery& d = stretch_[i];
    const RecordedDemand& load = demand_[i];
    const std::size_t slot = slot_of(now_, load);
    d.vm = vms_[i].id;
    d.host = vms_[i].host;
    d.begin = now_;
    d.end = end;
    d.allocation = vms_[i].allocation;
    d.recorded = load.recorded.empty() || load.recorded[slot] != 0;
    for (Resource r : kAllResources) {
      const std::size_t k = index(r);
      d.demand[k] = load.amount[k].empty() ? 0 : load.amount[k][slot];
      d.limited[k] = std::min(d.demand[k], static_cast<float>(vms_[i].allocation[r]));
      d.delivered[k] = d.limited[k];
    }
  }
  for (std::size_t h = 0; h < hosts_.size(); ++h) share_host(h);
  for (std::size_t i = 0; i < vms_.size(); ++i) account(i, end);
}

void SimulatedPool::share_host(std::size_t h) {
  const Resources room = hosts_[h].deliverable();
  double cpu_used = 0;
  for (Resource r : kAllResources) {
    const std::size_t k = index(r);
    double wanted = 0;
    for (std::size_t i : residents_[h]) wanted += static_cast<double>(stretch_[i].limited[k]);
    if (wanted > static_cast<double>(room[r])) {
      std::vector<Claim> claims;
      for (std::size_t i : residents_[h])
        claims.push_back({stretch_[i].limited[k], static_cast<double>(vms_[i].allocation[r])});
      max_min_share(static_cast<double>(room[r]), claims);
      for (std::size_t j = 0; j < claims.size(); ++j)
        stretch_[residents_[h][j]].delivered[k] = static_cast<float>(claims[j].granted);
      wanted = static_cast<double>(room[r]);
    }
    if (r == Resource::kCpu) cpu_used = wanted;
  }
  const PowerState power = hosts_[h].power;
  if (observer_ && (power == PowerState::kOn || power == PowerState::kStarting))
    observer_->on_host(hosts_[h], stretch_.empty() ? Duration{} : stretch_[0].end - stretch_[0].begin, cpu_used);
}

void SimulatedPool::account(std::size_t vm, Instant end) {
  const Delivery& d = stretch_[vm];
  const double ms = static_cast<double>((end - now_).count());
  for (std::size_t k = 0; k < kResourceCount; ++k) {
    usage_[vm].used_ms[k] += static_cast<double>(timings_.report_demand ? d.demand[k] : d.delivered[k]) * ms;
    if (!timings_.report_demand && d.demand[k] > d.delivered[k] * kStallTolerance) usage_[vm].stalled_ms[k] += ms;
  }
  if (observer_) observer_->on_delivery(d);
}

void SimulatedPool::finish_step() {
  const double ms = static_cast<double>(step_.count());
  for (std::size_t i = 0; i < vms_.size(); ++i) {
    VmSample s{vms_[i].id, {}};
    s.sample.at = now_;
    for (std::size_t k = 0; k < kResourceCount; ++k) {
      s.sample.used[k] = usage_[i].used_ms[k] / ms;
      s.sample.stalled[k] = static_cast<float>(usage_[i].stalled_ms[k] / ms);
      vms_[i].used[k] = s.sample.used[k];
      vms_[i].stalled[k] = s.sample.stalled[k];
    }
    usage_[i] = {};
    if (!stretch_[i].recorded) continue;  // a gap of the record: the VM does not report
    vms_[i].sampled_at = now_;
    vms_[i].guest_statistics = true;
    samples_.push_back(s);
    sample_dirtied(i);
  }
}

SimulatedPool::Writing SimulatedPool::writing_of(const Vm& vm) const {
  const double active = std::max(vm.used[index(Resource::kMemory)], 64.0 * 1024 * 1024);
  const double busy_cores = vm.used[index(Resource::kCpu)] / 1000;
  return {active, active * timings_.dirty_share_per_second * std::max(busy_cores, 0.05)};
}

// One VM after the other has its turn. The windows are those of a real pool (libvirt/dirty_book.h).
void SimulatedPool::sample_dirtied(std::size_t vm) {
  if (timings_.dirty_sample_every <= Duration::zero()) return;
  const auto turns = std::max<std::int64_t>(1, timings_.dirty_sample_every / step_);
  if ((now_.time_since_epoch() / step_ + static_cast<std::int64_t>(vm)) % turns != 0) return;
  const Writing writing = writing_of(vms_[vm]);
  vms_[vm].dirtied.clear();
  for (int seconds : {1, 10})
    vms_[vm].dirtied.push_back({std::chrono::seconds(seconds), Bytes(static_cast<std::int64_t>(writing.within(seconds))), now_});
}

void SimulatedPool::finish_due() {
  // In order of their start, so that equal ends are applied in the order they were asked for.
  for (std::size_t i = 0; i < running_.size();) {
    if (running_[i].ends > now_) {
      ++i;
      continue;
    }
    const Operation op = running_[i];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    Progress progress{ActionState::kDone, "", 1, std::nullopt};
    if (op.will_fail) {
      progress = {ActionState::kFailed, "simulated failure half way", 0.5, std::nullopt};
      if (op.action.kind == ActionKind::kStartHost) hosts_[host_index(op.action.from)].power = PowerState::kFailed;
    } else {
      apply(op);
      if (op.action.kind == ActionKind::kMigrate) progress.downtime = op.downtime;
      progress.took = op.ends - op.begins;
    }
    finished_[op.id] = progress;
    if (finished_.size() > kFinishedKept) finished_.erase(finished_.begin());
    if (observer_) observer_->on_finished(op.action, progress);
  }
}

void SimulatedPool::apply(const Operation& op) {
  const Action& a = op.action;
  switch (a.kind) {
    case ActionKind::kResize: vms_[vm_index(a.vm)].allocation = a.after; break;
    case ActionKind::kMigrate: {
      const std::size_t vm = vm_index(a.vm);
      auto& old_home = residents_[host_index(vms_[vm].host)];
      old_home.erase(std::find(old_home.begin(), old_home.end(), vm));
      residents_[host_index(a.to)].push_back(vm);
      vms_[vm].host = a.to;
      vms_[vm].allocation = a.after;
      break;
    }
    case ActionKind::kStartHost: hosts_[host_index(a.from)].power = PowerState::kOn; break;
    case ActionKind::kStopHost: hosts_[host_index(a.from)].power = PowerState::kOff; break;
  }
}

Result<Inventory> SimulatedPool::inventory() { return Inventory{hosts_, vms_}; }

Result<std::vector<VmSample>> SimulatedPool::samples() { return std::exchange(samples_, {}); }

Resources SimulatedPool::committed(HostId host, VmId except) const {
  Resources sum;
  for (std::size_t i : residents_[host_index(host)])
    if (vms_[i].id != except) sum += vms_[i].allocation;
  for (const Operation& op : running_) {
    const Action& a = op.action;
    if (a.kind == ActionKind::kMigrate && a.to == host && a.vm != except) sum += a.after;
    if (a.kind == ActionKind::kResize && a.vm != except && vms_[vm_index(a.vm)].host == host)
      for (Resource r : kAllResources) sum[r] += std::max<std::int64_t>(0, a.after[r] - a.before[r]);
  }
  return sum;
}

Result<void> SimulatedPool::admits(const Action& a) const {
  const HostId target = a.kind == ActionKind::kMigrate ? a.to : vms_[vm_index(a.vm)].host;
  const Host& host = hosts_[host_index(target)];
  if (a.kind == ActionKind::kMigrate && (host.power != PowerState::kOn || !host.accepts_vms))
    return fail(ErrorCode::kRefused, fmt::format("host {} is not ready for VMs", host.name));
  const Resources room = host.admissible(), sum = committed(target, a.vm) + a.after;
  for (Resource r : kAllResources)
    if (sum[r] > room[r] && (a.kind == ActionKind::kMigrate || a.after[r] > a.before[r]))
      return fail(ErrorCode::kRefused, fmt::format("host {} has no room for {} of {}", host.name,
                                                   to_text(r, static_cast<double>(a.after[r])), name(r)));
  return {};
}

Result<void> SimulatedPool::knows(const Action& a) const {
  if (auto sense = makes_sense(a); !sense) return sense;
  const bool of_a_vm = a.kind == ActionKind::kResize || a.kind == ActionKind::kMigrate;
  if (of_a_vm && find_by_id(vms_, a.vm) == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no VM {}", a.vm.value()));
  for (HostId host : {a.from, a.kind == ActionKind::kMigrate ? a.to : a.from})
    if (find_by_id(hosts_, host) == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no host {}", host.value()));
  return {};
}

Result<void> SimulatedPool::start(ActionId id, const Action& a) {
  if (finished_.count(id)) return {};
  for (const Operation& op : running_) {
    if (op.id == id) return {};
    if (a.vm.valid() && op.action.vm == a.vm) return fail(ErrorCode::kRefused, "the VM is busy with another action");
  }
  if (auto known = knows(a); !known) return known;
  switch (a.kind) {
    case ActionKind::kResize:
    case ActionKind::kMigrate:
      if (vms_[vm_index(a.vm)].host != a.from) return fail(ErrorCode::kRefused, "the VM is not on that host");
      if (auto ok = admits(a); !ok) return ok;
      break;
    case ActionKind::kStartHost: {
      Host& host = hosts_[host_index(a.from)];
      if (host.power != PowerState::kOff) return fail(ErrorCode::kRefused, "the host is not off");
      host.power = PowerState::kStarting;
      break;
    }
    case ActionKind::kStopHost: {
      bool busy = !residents_[host_index(a.from)].empty();
      for (const Operation& op : running_) busy = busy || op.action.to == a.from;
      if (busy) return fail(ErrorCode::kRefused, "the host has running or incoming VMs");
      if (hosts_[host_index(a.from)].power != PowerState::kOn) return fail(ErrorCode::kRefused, "the host is not on");
      break;
    }
  }
  schedule(id, a);
  return {};
}

void SimulatedPool::schedule(ActionId id, const Action& a) {
  Operation op{id, a, now_, now_, {}, false};
  if (a.kind == ActionKind::kResize)
    op.ends += changes(a.before, a.after, true) ? timings_.growth_delay : timings_.shrink_delay;
  if (a.kind == ActionKind::kMigrate) op.ends += migration_time(vms_[vm_index(a.vm)], timings_.migration_rate(a), op.downtime);
  if (a.kind == ActionKind::kStartHost) op.ends += timings_.host_start;
  if (timings_.failure_share > 0)
    op.will_fail = std::uniform_real_distribution<double>(0, 1)(random_) < timings_.failure_share;
  running_.push_back(op);
  if (op.ends <= now_) finish_due();  // what takes no time is done at once
}

// Pre-copy: each round sends what the one before left dirty; hot pages dirty once, so a round never dirties more than
// the active memory. duration = setup + sum of rounds + downtime (reference: planner notes on pre-copy, section 4).
Duration SimulatedPool::migration_time(const Vm& vm, double bandwidth, Duration& downtime) const {
  const Writing writing = writing_of(vm);
  const double stop_at = bandwidth * static_cast<double>(timings_.downtime_limit.count()) / 1000;
  double left = writing.active, seconds = 0;
  for (int round = 0; round < kMaxCopyRounds && left > stop_at; ++round) {
    const double t = left / bandwidth;
    seconds += t;
    left = writing.within(t);
  }
  downtime = timings_.downtime_overhead + Duration(static_cast<std::int64_t>(1000 * left / bandwidth));
  return timings_.migration_setup + Duration(static_cast<std::int64_t>(1000 * seconds)) + downtime;
}

Result<Progress> SimulatedPool::progress(ActionId id) {
  for (const Operation& op : running_)
    if (op.id == id) {
      const double total = static_cast<double>((op.ends - op.begins).count());
      return Progress{ActionState::kRunning, "", static_cast<double>((now_ - op.begins).count()) / total, std::nullopt};
    }
  if (const auto it = finished_.find(id); it != finished_.end()) return it->second;
  return fail(ErrorCode::kNotFound, fmt::format("action {} is not known here", id.value()));
}

Result<void> SimulatedPool::cancel(ActionId id) {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (running_[i].id != id) continue;
    if (running_[i].action.kind == ActionKind::kStartHost)
      hosts_[host_index(running_[i].action.from)].power = PowerState::kOff;
    finished_[id] = {ActionState::kCancelled, "cancelled", 0, std::nullopt};
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    return {};
  }
  if (finished_.contains(id)) return {};
  return fail(ErrorCode::kNotFound, fmt::format("action {} is not known here", id.value()));
}

}  // namespace headroom
