#include "headroom/hypervisor/testing/fake_hypervisor.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/base/check.h"
#include "headroom/model/find.h"

namespace headroom::testing {
namespace {

bool is_about_a_vm(const Action& action) {
  return action.kind == ActionKind::kResize || action.kind == ActionKind::kMigrate;
}

}  // namespace

FakeHypervisor::FakeHypervisor(Inventory inventory, const Clock& clock, FakeTiming timing)
    : world_(std::move(inventory)), clock_(clock), timing_(timing) {}

Vm& FakeHypervisor::vm(VmId id) {
  Vm* found = find_by_id(world_.vms, id);
  HEADROOM_CHECK(found != nullptr, "the test names a VM that the fake has");
  return *found;
}

Host& FakeHypervisor::host(HostId id) {
  Host* found = find_by_id(world_.hosts, id);
  HEADROOM_CHECK(found != nullptr, "the test names a host that the fake has");
  return *found;
}

void FakeHypervisor::will_fail(ActionId id, std::string why) { will_fail_[id] = std::move(why); }
void FakeHypervisor::will_refuse(ActionId id, std::string why) {
  will_fail(id, std::move(why));
  will_refuse_.insert(id);
}
void FakeHypervisor::will_remark(ActionId id, std::string what) { will_remark_[id] = std::move(what); }
void FakeHypervisor::will_have_no_effect(ActionId id) { no_effect_.insert(id); }
void FakeHypervisor::will_move_only(ActionId id) { moves_only_.insert(id); }

void FakeHypervisor::forget(ActionId id) {
  settle();
  const auto it = actions_.find(id);
  HEADROOM_CHECK(it != actions_.end(), "the test forgets an action that was started");
  it->second.forgotten = true;
}

Result<Inventory> FakeHypervisor::inventory() {
  settle();
  for (Host& host : world_.hosts) host.heard_at = clock_.now();
  return world_;
}

Result<std::vector<VmSample>> FakeHypervisor::samples() { return std::exchange(samples_, {}); }

Result<void> FakeHypervisor::check_known(const Action& action) const {
  if (auto sense = makes_sense(action); !sense) return sense;
  auto& world = const_cast<Inventory&>(world_);
  if (is_about_a_vm(action)) {
    const Vm* vm = find_by_id(world.vms, action.vm);
    if (vm == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no VM {}", action.vm.value()));
    if (vm->host != action.from)
      return fail(ErrorCode::kRefused, fmt::format("VM {} is on host {}", action.vm.value(), vm->host.value()));
  }
  if (find_by_id(world.hosts, action.from) == nullptr)
    return fail(ErrorCode::kNotFound, fmt::format("there is no host {}", action.from.value()));
  if (action.kind == ActionKind::kMigrate) {
    const Host* to = find_by_id(world.hosts, action.to);
    if (to == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no host {}", action.to.value()));
    if (to->power != PowerState::kOn) return fail(ErrorCode::kRefused, "the destination is off");
  }
  return check_power(action);
}

Result<void> FakeHypervisor::check_power(const Action& action) const {
  if (is_about_a_vm(action)) return {};
  const PowerState power = find_by_id(world_.hosts, action.from)->power;
  if (action.kind == ActionKind::kStartHost)
    return power == PowerState::kOff ? Result<void>() : fail(ErrorCode::kRefused, "the host is not off");
  if (power != PowerState::kOn) return fail(ErrorCode::kRefused, "the host is not on");
  const bool occupied = std::any_of(world_.vms.begin(), world_.vms.end(), [&](const Vm& vm) { return vm.host == action.from; });
  const bool expected = std::any_of(running_.begin(), running_.end(), [&](ActionId id) { return actions_.at(id).action.to == action.from; });
  return occupied || expected ? fail(ErrorCode::kRefused, "the host has running or incoming VMs") : Result<void>();
}

bool FakeHypervisor::busy(const Action& action) const {
  if (!is_about_a_vm(action)) return false;
  return std::any_of(running_.begin(), running_.end(), [&](ActionId id) {
    const Action& other = actions_.at(id).action;
    return is_about_a_vm(other) && other.vm == action.vm;
  });
}

Result<void> FakeHypervisor::start(ActionId id, const Action& action) {
  settle();
  if (actions_.count(id) != 0) return {};
  if (auto known = check_known(action); !known) return known;
  if (busy(action)) {
    ++overlaps_;
    return fail(ErrorCode::kRefused, fmt::format("VM {} is busy", action.vm.value()));
  }
  Duration takes = timing_.power;
  if (action.kind == ActionKind::kResize) takes = timing_.resize;
  if (action.kind == ActionKind::kMigrate) takes = timing_.migrate;
  if (action.kind == ActionKind::kStartHost) host(action.from).power = PowerState::kStarting;
  actions_[id] = Entry{action, ActionState::kRunning, clock_.now(), clock_.now() + takes, false, {}, false};
  running_.insert(id);
  return {};
}

Result<void> FakeHypervisor::take_up(ActionId id, const Action&) {
  taken_up_.push_back(id);
  if (!was_started(id)) return fail(ErrorCode::kNotFound, "it was never started");
  return {};
}

double FakeHypervisor::share_done(const Entry& entry) const {
  if (entry.state == ActionState::kDone) return 1;
  const Duration takes = entry.ends_at - entry.began_at, passed = clock_.now() - entry.began_at;
  return takes > Duration{} && passed < takes ? static_cast<double>(passed.count()) / static_cast<double>(takes.count()) : 0;
}

Result<Progress> FakeHypervisor::progress(ActionId id) {
  settle();
  const auto it = actions_.find(id);
  if (it == actions_.end() || it->second.forgotten)
    return fail(ErrorCode::kNotFound, fmt::format("action {} is not known", id.value()));
  Progress progress;
  progress.state = it->second.state;
  progress.message = it->second.message;
  progress.refused = it->second.refused;
  progress.share_done = share_done(it->second);
  if (progress.state == ActionState::kDone) {
    progress.took = it->second.ends_at - it->second.began_at;
    progress.allocation_as_before = moves_only_.count(id) != 0;
    if (it->second.action.kind == ActionKind::kMigrate) progress.downtime = timing_.downtime;
  }
  return progress;
}

Result<void> FakeHypervisor::cancel(ActionId id) {
  settle();
  if (actions_.count(id) == 0) return fail(ErrorCode::kNotFound, fmt::format("action {} is not known", id.value()));
  if (running_.erase(id) != 0) actions_.at(id).state = ActionState::kCancelled;
  return {};
}

ActionState FakeHypervisor::state_of(ActionId id) {
  settle();
  return actions_.at(id).state;
}

std::vector<Action> FakeHypervisor::running() {
  settle();
  std::vector<Action> actions;
  for (ActionId id : running_) actions.push_back(actions_.at(id).action);
  return actions;
}

void FakeHypervisor::settle() {
  for (auto it = running_.begin(); it != running_.end();) {
    Entry& entry = actions_.at(*it);
    if (entry.ends_at > clock_.now()) {
      ++it;
      continue;
    }
    finish(*it, entry);
    it = running_.erase(it);
  }
}

void FakeHypervisor::finish(ActionId id, Entry& entry) {
  if (const auto failing = will_fail_.find(id); failing != will_fail_.end()) {
    entry.state = ActionState::kFailed;
    entry.message = failing->second;
    entry.refused = will_refuse_.contains(id);
    return;
  }
  entry.state = ActionState::kDone;
  if (const auto remark = will_remark_.find(id); remark != will_remark_.end()) entry.message = remark->second;
  if (moves_only_.count(id) != 0) entry.action.after = entry.action.before;
  if (no_effect_.count(id) == 0) apply(entry.action);
}

void FakeHypervisor::apply(const Action& action) {
  switch (action.kind) {
    case ActionKind::kMigrate: vm(action.vm).host = action.to; [[fallthrough]];
    case ActionKind::kResize: vm(action.vm).allocation = action.after; break;
    case ActionKind::kStartHost: host(action.from).power = PowerState::kOn; break;
    case ActionKind::kStopHost: host(action.from).power = PowerState::kOff; break;
  }
}

Inventory small_fleet(std::uint32_t hosts, std::uint32_t vms, Instant now) {
  HEADROOM_CHECK(hosts > 0, "a fleet has hosts");
  Inventory fleet;
  for (std::uint32_t i = 0; i < hosts; ++i) {
    Host host;
    host.id = HostId(i);
    host.name = fmt::format("host-{}", i);
    host.physical = Resources(16_cores, 64_GiB, 1000_MBps, 1000_MBps);
    host.heard_at = now;
    fleet.hosts.push_back(std::move(host));
  }
  for (std::uint32_t i = 0; i < vms; ++i) {
    Vm vm;
    vm.id = VmId(i);
    vm.name = fmt::format("vm-{}", i);
    vm.host = HostId(i % hosts);
    vm.allocation = Resources(2_cores, 4_GiB, 100_MBps, 100_MBps);
    vm.ceiling = Resources(16_cores, 64_GiB, 1000_MBps, 1000_MBps);
    vm.mobility = Mobility::kLive;
    vm.scaling.fill(Scaling::kLiveUpAndDown);
    vm.level = AutomationLevel::kAuto;
    vm.used = {500, 1024.0 * 1024 * 1024, 1e6, 1e6};
    vm.sampled_at = now;
    vm.guest_statistics = true;
    fleet.vms.push_back(std::move(vm));
  }
  return fleet;
}

}  // namespace headroom::testing
