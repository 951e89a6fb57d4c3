// A world in two lines for planner tests: hosts of 8 cores and 32 GiB, VMs with known futures.
#pragma once

#include <algorithm>

#include "headroom/model/plan.h"
#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

struct TestWorld {
  Snapshot s;

  explicit TestWorld(std::size_t hosts) {
    s.taken_at = instant_from_epoch_seconds(1'375'315'500);
    s.step = std::chrono::minutes(5);
    s.horizons = default_horizons();
    for (std::size_t h = 0; h < hosts; ++h) {
      Host host;
      host.id = HostId(static_cast<std::uint32_t>(h));
      host.name = "h" + std::to_string(h);
      host.physical = Resources(8_cores, 32_GiB, 1000_MBps, 1000_MBps);
      host.price.usd_per_hour = 1;
      host.heard_at = s.taken_at;
      s.hosts.push_back(host);
    }
  }

  // A VM whose CPU demand is certain to peak at `cpu` millicores within every horizon; memory and the rest are calm.
  Vm& add(std::size_t host, std::int64_t cpu_allocation, double cpu) {
    Vm vm;
    vm.id = VmId(static_cast<std::uint32_t>(s.vms.size()));
    vm.name = vm.uuid = "vm" + std::to_string(s.vms.size());
    vm.host = s.hosts[host].id;
    vm.allocation = Resources(MilliCores(cpu_allocation), 4_GiB, 10_MBps, 10_MBps);
    vm.ceiling = Resources(8_cores, 16_GiB, 100_MBps, 100_MBps);
    vm.mobility = Mobility::kLive;
    vm.scaling.fill(Scaling::kLiveUpAndDown);
    vm.level = AutomationLevel::kAuto;
    vm.sampled_at = s.taken_at;
    vm.guest_statistics = true;
    vm.used = {cpu, 3.0 * (1 << 30), 1e6, 1e6};
    vm.forecast.vm = vm.id;
    vm.forecast.state = ForecastState::kReady;
    for (Resource r : kAllResources) {
      const Band band = Band::certain(vm.used[index(r)]);
      vm.forecast.outlook[index(r)].assign(s.horizons.size(), {band, band});
    }
    s.vms.push_back(vm);
    return s.vms.back();
  }
};

// What is forecast of a resource, at every horizon.
inline void foresee(Vm& vm, Resource r, const Band& band) {
  for (Outlook& o : vm.forecast.outlook[index(r)]) o.peak = o.value = band;
}

// When hosts are emptied (HostPolicy::consolidate_every).
inline Instant on_the_hour() { return instant_from_epoch_seconds(1'375'315'200); }

inline Policy migrate_first_policy() {
  Policy p;
  p.name = "migrate-first";
  p.order = Order::kMigrateFirst;
  p.hosts.may_migrate = true;
  return p;
}

inline Policy priced_policy() {
  Policy p;
  p.priced = PricedSizing{};
  p.priced->usd_per_unit_hour = {0.0316 / 1000, 0.00424 / (1 << 30), 5.48e-11, 5.48e-11};
  return p;
}

// Where hosts start and stop, and their room has a price.
inline Policy elastic_policy() {
  Policy policy = priced_policy();
  policy.priced->least_share = 0.02;
  policy.priced->most_share = 8;
  policy.hosts.may_migrate = policy.hosts.may_power = true;
  return policy;
}

inline std::size_t count(const Plan& plan, ActionKind kind) {
  return static_cast<std::size_t>(
      std::count_if(plan.actions.begin(), plan.actions.end(), [&](const Action& a) { return a.kind == kind; }));
}

}  // namespace headroom
