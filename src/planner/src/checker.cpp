#include "headroom/planner/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "headroom/constraints/judge.h"
#include "schedule_check.h"

namespace headroom {
namespace {

// Walks the plan in its order with books of its own.
class Checker {
 public:
  explicit Checker(const Snapshot& s) : s_(s) {
    for (const Vm& vm : s.vms) charge_[vm.host] += vm.allocation;
    for (const Host& host : s.hosts) charge_[host.id] += host.incoming;
    for (const InFlight& f : s.in_flight) {
      const Action& a = f.action;
      if (a.kind == ActionKind::kMigrate) {
        charge_[a.to] += a.after;
        expected_.insert(a.to);
      }
      if (a.kind == ActionKind::kResize) charge_[a.from] += growth(a);
    }
  }

  std::vector<std::string> run(const Plan& plan) {
    for (const Action& a : plan.actions) {
      switch (a.kind) {
        case ActionKind::kResize: resize(a); break;
        case ActionKind::kMigrate: migrate(a); break;
        case ActionKind::kStartHost: start(a); break;
        case ActionKind::kStopHost: stop(a); break;
      }
    }
    for (HostId id : stopped_)
      if (expected_.count(id)) breach("{} is stopped while a VM is on its way there", host_name(id));
    if (!plan.actions.empty())
      for (constraints::Breach& b : constraints::Judge(s_).added(plan)) breaches_.push_back(std::move(b.text));
    if (breaches_.empty()) breaches_ = schedule_breaches(s_, plan);
    return std::move(breaches_);
  }

 private:
  template <class... Args>
  void breach(fmt::format_string<Args...> text, Args&&... args) {
    breaches_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  static Resources growth(const Action& a) {
    Resources more;
    for (Resource r : kAllResources) more[r] = std::max<std::int64_t>(0, a.after[r] - a.before[r]);
    return more;
  }

  std::string host_name(HostId id) const { return s_.find(id) ? s_.find(id)->name : fmt::format("host {}", id.value()); }

  const Vm* vm_of(const Action& a) {
    const Vm* vm = s_.find(a.vm);
    if (!vm) return breach("an action names VM {}, which does not exist", a.vm.value()), nullptr;
    if (!acted_.insert(a.vm).second) breach("{} has two actions in one plan", vm->name);
    if (vm->action_in_flight) breach("{} has an action in flight already", vm->name);
    if (!vm->owner.empty()) breach("{} belongs to {}", vm->name, vm->owner);
    if (vm->host != a.from) breach("{} is not on {}", vm->name, host_name(a.from));
    if (vm->allocation != a.before) breach("{} does not have the allocation the plan believes", vm->name);
    for (Resource r : kAllResources) {
      if (a.after[r] == vm->allocation[r]) continue;
      if (a.after[r] < std::min(vm->floor[r], vm->allocation[r])) breach("{} goes below its {} floor", vm->name, name(r));
      if (a.after[r] <= 0) breach("{} is left without {}", vm->name, name(r));
      if (a.after[r] > std::max(vm->ceiling[r], vm->allocation[r])) breach("{} goes above its {} ceiling", vm->name, name(r));
      const Scaling s = vm->scaling[index(r)];
      const bool up = a.after[r] > vm->allocation[r];
      if (s != Scaling::kLiveUpAndDown && !(up && s == Scaling::kLiveUp))
        breach("{} may not have its {} scaled {}: {}", vm->name, name(r), up ? "up" : "down", vm->scaling_reason);
    }
    if (a.after.memory() < vm->allocation.memory() && !vm->guest_statistics)
      breach("{} loses memory without fresh guest statistics", vm->name);
    return vm;
  }

  void check_capacity(HostId id, const Resources& more) {
    const Host* host = s_.find(id);
    if (!host) return breach("an action names host {}, which does not exist", id.value());
    const Resources limit = host->admissible();
    for (Resource r : kAllResources)
      if (more[r] > 0 && charge_[id][r] > limit[r])
        breach("{} is given {} of {}, more than its {}", host->name, to_text(r, static_cast<double>(charge_[id][r])),
               name(r), to_text(r, static_cast<double>(limit[r])));
  }

  void resize(const Action& a) {
    if (!vm_of(a)) return;
    // What is only recommended may not happen: its room is not there for others.
    charge_[a.from] += a.level == AutomationLevel::kAuto ? a.after - a.before : growth(a);
    check_capacity(a.from, growth(a));
  }

  void migrate(const Action& a) {
    const Vm* vm = vm_of(a);
    if (!vm) return;
    if (a.to == a.from) breach("{} is moved to where it is", vm->name);
    const Host* to = s_.find(a.to);
    if (!to) return breach("{} is moved to a host that does not exist", vm->name);
    if (to->power != PowerState::kOn) breach("{} is moved to {}, which is not on", vm->name, to->name);
    charge_[a.to] += a.after;  // the source keeps its charge until the VM has left
    expected_.insert(a.to);
    check_capacity(a.to, a.after);
  }

  void start(const Action& a) {
    const Host* host = s_.find(a.from);
    if (!host) return breach("a host that does not exist is started");
    if (host->power != PowerState::kOff) breach("{} is started but is not off", host->name);
    if (!host->can_start) breach("{} is started and has no switch that does it", host->name);
  }

  void stop(const Action& a) {
    const Host* host = s_.find(a.from);
    if (!host) return breach("a host that does not exist is stopped");
    if (host->power != PowerState::kOn) breach("{} is stopped but is not on", host->name);
    if (!host->can_stop) breach("{} is stopped and has no switch that does it", host->name);
    for (const Vm& vm : s_.vms)
      if (vm.host == a.from) return breach("{} is stopped while {} runs there", host->name, vm.name);
    stopped_.insert(a.from);
  }

  const Snapshot& s_;
  std::map<HostId, Resources> charge_;
  std::set<HostId> expected_, stopped_;
  std::set<VmId> acted_;
  std::vector<std::string> breaches_;
};

}  // namespace

std::vector<std::string> check_plan(const Snapshot& snapshot, const Plan& plan) { return Checker(snapshot).run(plan); }

}  // namespace headroom
