// What one action costs the actuator with the journal of a replay: submit and poll, 64 resizes a round, 1000 VMs.
#include <benchmark/benchmark.h>

#include "headroom/actuator/actuator.h"
#include "headroom/actuator/memory_journal.h"

namespace headroom {
namespace {

constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'000);

// Says yes to everything, so that only the actuator is measured.
struct Yes final : Hypervisor {
  Result<Inventory> inventory() override { return Inventory{}; }
  Result<std::vector<VmSample>> samples() override { return std::vector<VmSample>{}; }
  Result<void> start(ActionId, const Action&) override { return {}; }
  Result<Progress> progress(ActionId) override { return Progress{ActionState::kDone, {}, 1, std::nullopt}; }
  Result<void> cancel(ActionId) override { return {}; }
};

Snapshot fleet(std::uint32_t vms) {
  Snapshot s;
  s.taken_at = kStart;
  s.hosts.resize(1);
  s.hosts[0].id = HostId(0);
  s.vms.resize(vms);
  for (std::uint32_t i = 0; i < vms; ++i) {
    s.vms[i].id = VmId(i);
    s.vms[i].host = HostId(0);
    s.vms[i].allocation = Resources(2_cores, 4_GiB);
    s.vms[i].level = AutomationLevel::kAuto;
    s.vms[i].scaling.fill(Scaling::kLiveUpAndDown);
  }
  return s;
}

void submit_and_poll(benchmark::State& state) {
  Yes hypervisor;
  MemoryJournal journal;
  Actuator actuator(hypervisor, journal, SafetyLimits::for_replay());
  (void)actuator.recover(kStart);
  Snapshot snapshot = fleet(1000);
  Plan plan;
  for (std::uint32_t i = 0; i < 64; ++i) {
    Action a;
    a.vm = VmId(i * 15);
    a.from = HostId(0);
    a.before = a.after = snapshot.vms[0].allocation;
    a.after[Resource::kCpu] += 1000;
    plan.actions.push_back(a);
  }
  for (auto round : state) {
    (void)round;
    snapshot.taken_at += std::chrono::minutes(5);
    benchmark::DoNotOptimize(actuator.submit(plan, snapshot));
    benchmark::DoNotOptimize(actuator.poll(snapshot.taken_at));
  }
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(submit_and_poll);

}  // namespace
}  // namespace headroom

BENCHMARK_MAIN();
