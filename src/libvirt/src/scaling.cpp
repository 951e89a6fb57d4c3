#include "headroom/libvirt/scaling.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::libvirt {
namespace {

struct Answer {
  Scaling scaling = Scaling::kNever;
  std::string reason;
};

bool passes_through(const Domain& d) {
  return std::any_of(d.host_devices.begin(), d.host_devices.end(), [](const HostDevice& h) { return h.type == "pci" || h.type == "mdev"; }) ||
         std::any_of(d.nics.begin(), d.nics.end(), [](const Nic& n) { return n.type == "hostdev"; });
}

Answer cpu(const Domain& d) {
  if (!d.pins.empty()) return {Scaling::kAtBoot, "its vCPUs or its memory are pinned by hand"};
  if (d.vcpus >= d.most_vcpus && !d.quota_us.value_or(0)) {
    if (d.removable_vcpus == 0 || d.type != "kvm")
      return {Scaling::kAtBoot, fmt::format("all of its {} vCPUs are in use", d.most_vcpus)};
  }
  // Where a quota is in force it can be tightened as well, whatever becomes of the vCPUs.
  if (d.quota_us.value_or(0) > 0) return {Scaling::kLiveUpAndDown, ""};
  // Under TCG the guest gives a vCPU up, but QEMU never finishes removing it.
  if (d.type == "qemu") return {Scaling::kLiveUp, "a vCPU cannot be removed under emulation (TCG)"};
  if (d.removable_vcpus == 0) return {Scaling::kLiveUp, "none of its vCPUs is hotpluggable"};
  return {Scaling::kLiveUpAndDown, ""};
}

Answer memory(const Domain& d, bool guest_speaks) {
  if (passes_through(d)) return {Scaling::kNever, "a passed-through device holds its memory in place"};
  if (d.locked) return {Scaling::kNever, "its memory is locked"};
  if (d.on_hugepages) return {Scaling::kNever, "it is on huge pages, which a balloon does not give back"};
  if (!d.pins.empty() && d.numa_cells > 1) return {Scaling::kNever, "its memory is bound to NUMA nodes"};
  const bool virtio_mem = std::any_of(d.memory_devices.begin(), d.memory_devices.end(),
                                      [](const MemoryDevice& m) { return m.model == "virtio-mem"; });
  if (virtio_mem) return {Scaling::kLiveUpAndDown, ""};
  if (d.balloon.empty() || d.balloon == "none") {
    if (d.most_memory > d.memory) return {Scaling::kLiveUp, "it has no balloon; DIMMs can be added but hardly taken away"};
    return {Scaling::kAtBoot, "it has neither a balloon nor memory that can be plugged"};
  }
  if (d.guest_statistics || guest_speaks) return {Scaling::kLiveUpAndDown, ""};
  return {Scaling::kLiveUp, "the guest does not report what it needs (no <stats period> of its balloon, and no agent speaks)"};
}

Answer disk(const Domain& d) {
  const bool any = std::any_of(d.disks.begin(), d.disks.end(), [](const Disk& x) { return x.device == "disk"; });
  return any ? Answer{Scaling::kLiveUpAndDown, ""} : Answer{Scaling::kNever, "it has no disk"};
}

Answer network(const Domain& d) {
  const bool any = std::any_of(d.nics.begin(), d.nics.end(), [](const Nic& n) { return n.type == "network" || n.type == "bridge"; });
  return any ? Answer{Scaling::kLiveUpAndDown, ""} : Answer{Scaling::kNever, "it has no NIC whose rate the host can set"};
}

Answer answer(const Domain& d, Resource r, bool guest_speaks) {
  // libvirt's own driver for tests does as it is told, and is no hypervisor.
  if (d.type != "kvm" && d.type != "qemu" && d.type != "test") return {Scaling::kNever, fmt::format("domains of type '{}' are not known to scale", d.type)};
  if (!d.runs()) return {Scaling::kAtBoot, "it is off"};
  switch (r) {
    case Resource::kCpu: return cpu(d);
    case Resource::kMemory: return memory(d, guest_speaks);
    case Resource::kDisk: return disk(d);
    case Resource::kNetwork: return network(d);
  }
  return {};
}

// Only where every device is throttled is there a limit of the whole.
template <class Device, class Counts>
std::int64_t throttled(const std::vector<Device>& devices, Counts counts) {
  std::int64_t sum = 0;
  for (const Device& device : devices) {
    if (!counts(device)) continue;
    const auto limit = device.throttle.both_ways();
    if (!limit || *limit > INT64_MAX - sum) return 0;
    sum += *limit;
  }
  return sum;
}

}  // namespace

std::string ScalingVerdict::reason() const {
  std::string all;
  for (Resource r : kAllResources)
    if (!reasons[index(r)].empty()) all += fmt::format("{}{}: {}", all.empty() ? "" : "; ", name(r), reasons[index(r)]);
  return all;
}

ScalingVerdict judge_scaling(const Domain& domain, bool guest_speaks) {
  ScalingVerdict verdict;
  for (Resource r : kAllResources) {
    Answer a = answer(domain, r, guest_speaks);
    verdict.scaling[index(r)] = a.scaling;
    verdict.reasons[index(r)] = std::move(a.reason);
  }
  return verdict;
}

// Under emulation a vCPU goes and QEMU never says so; one that is not hotpluggable stays for good.
std::int64_t least_vcpus(const Domain& d) { return d.type == "qemu" ? d.vcpus : std::max<std::int64_t>(1, d.vcpus - d.removable_vcpus); }

Resources allocation_of(const Domain& d) {
  Resources now(MilliCores(d.vcpus * 1000), d.current_memory);
  // The quota is each vCPU's, in microseconds of each period; 0 or less: none.
  if (d.quota_us.value_or(0) > 0 && d.period_us.value_or(0) > 0 && *d.quota_us < *d.period_us)
    now[Resource::kCpu] = static_cast<std::int64_t>(1000.0 * static_cast<double>(d.vcpus) * static_cast<double>(*d.quota_us) / static_cast<double>(*d.period_us));
  now[Resource::kDisk] = throttled(d.disks, [](const Disk& x) { return x.device == "disk"; });
  now[Resource::kNetwork] = throttled(d.nics, [](const Nic&) { return true; });
  return now;
}

Resources ceiling_of(const Domain& d) {
  const Resources now = allocation_of(d);
  Resources most(MilliCores(d.most_vcpus * 1000), std::max({d.memory, d.most_memory, d.current_memory}));
  // Who set a limit meant it; only the VM's policy allows more.
  most[Resource::kDisk] = now[Resource::kDisk];
  most[Resource::kNetwork] = now[Resource::kNetwork];
  for (Resource r : {Resource::kDisk, Resource::kNetwork})
    if (now[r] > 0) most[r] = std::max(now[r], d.policy.ceiling[index(r)].value_or(0));
  if (d.hard_limit) most[Resource::kMemory] = std::min(most[Resource::kMemory], d.hard_limit->count());
  for (Resource r : {Resource::kCpu, Resource::kMemory})
    if (d.policy.ceiling[index(r)]) most[r] = std::min(most[r], *d.policy.ceiling[index(r)]);
  return most;
}

Resources floor_of(const Domain& d) {
  Resources least;
  for (Resource r : kAllResources) least[r] = d.policy.floor[index(r)].value_or(0);
  return least;
}

}  // namespace headroom::libvirt
