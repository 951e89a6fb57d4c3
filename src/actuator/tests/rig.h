// A small world around an Actuator: a fleet, a clock, a journal, and actions in few words.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "headroom/actuator/actuator.h"
#include "headroom/actuator/memory_journal.h"
#include "headroom/hypervisor/testing/fake_hypervisor.h"
#include "headroom/hypervisor/testing/faulty_hypervisor.h"

namespace headroom::testing {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'000);

inline SafetyLimits automatic() {
  SafetyLimits limits;
  limits.level = AutomationLevel::kAuto;
  return limits;
}

inline Snapshot snapshot_of(const Inventory& inventory, const Actuator& actuator, Instant now) {
  Snapshot s;
  s.taken_at = now;
  s.step = minutes(1);
  s.hosts = inventory.hosts;
  s.vms = inventory.vms;
  s.in_flight = actuator.in_flight();
  return s;
}

struct Rig {
  explicit Rig(SafetyLimits l = automatic(), Faults faults = {}) : limits(l), faulty(fake, clock, faults, 1) { restart(); }

  // As after a crash: the object is gone, the journal and the hypervisor are not.
  std::vector<Ended> restart() {
    actuator = std::make_unique<Actuator>(faulty, journal, limits);
    return actuator->recover(clock.now()).value();
  }

  void pass(Duration d) {
    clock.set(clock.now() + d);
    for (Vm& vm : fake.world().vms) vm.sampled_at = clock.now();
    (void)fake.inventory();
  }

  // poll and confirm as the loop does.
  std::vector<Ended> follow() {
    auto ended = actuator->poll(clock.now());
    for (Ended& e : actuator->confirm(fake.inventory().value(), clock.now())) ended.push_back(std::move(e));
    return ended;
  }

  Snapshot snapshot() { return snapshot_of(fake.inventory().value(), *actuator, clock.now()); }

  std::vector<Verdict> submit(std::vector<Action> actions) {
    Plan plan;
    plan.made_at = clock.now();
    plan.actions = std::move(actions);
    return actuator->submit(plan, snapshot());
  }
  Verdict submit_one(Action action) { return submit({std::move(action)}).back(); }

  Action resize(std::uint32_t vm_id, MilliCores cpu, Bytes memory) {
    const Vm& vm = fake.vm(VmId(vm_id));
    Action a;
    a.kind = ActionKind::kResize;
    a.vm = vm.id;
    a.from = vm.host;
    a.before = a.after = vm.allocation;
    a.after[Resource::kCpu] = cpu.count();
    a.after[Resource::kMemory] = memory.count();
    return a;
  }
  Action grow(std::uint32_t vm_id) {
    const Resources& now = fake.vm(VmId(vm_id)).allocation;
    return resize(vm_id, now.cpu() + 1_cores, now.memory());
  }
  Action shrink_memory(std::uint32_t vm_id, Bytes to) { return resize(vm_id, fake.vm(VmId(vm_id)).allocation.cpu(), to); }
  Action migrate(std::uint32_t vm_id, std::uint32_t to) {
    const Resources& now = fake.vm(VmId(vm_id)).allocation;
    Action a = resize(vm_id, now.cpu(), now.memory());
    a.kind = ActionKind::kMigrate;
    a.to = HostId(to);
    return a;
  }
  Action power(ActionKind kind, std::uint32_t host) {
    Action a;
    a.kind = kind;
    a.from = HostId(host);
    return a;
  }

  SafetyLimits limits;
  ManualClock clock{kStart};
  FakeHypervisor fake{small_fleet(4, 8, kStart), clock};
  FaultyHypervisor faulty;
  MemoryJournal journal;
  std::unique_ptr<Actuator> actuator;
};

}  // namespace headroom::testing
