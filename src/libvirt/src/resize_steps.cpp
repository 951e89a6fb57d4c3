#include "resize_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "headroom/libvirt/scaling.h"

namespace headroom::libvirt {
namespace {

constexpr std::int64_t kPeriodUs = 100'000;               // the kernel's own, where none was set
constexpr std::int64_t kLeastQuotaUs = 1000;              // what libvirt and the kernel take
constexpr std::int64_t kLeastShares = 2, kMostShares = 262'144;

std::int64_t quota_now(const Domain& d) { return d.quota_us.value_or(0) > 0 ? *d.quota_us : kNoQuota; }

Result<void> cpu_steps(const Domain& d, std::int64_t before, std::int64_t after, std::vector<Step>& steps) {
  if (after <= 0) return fail(ErrorCode::kRefused, "a VM cannot have no CPU at all");
  std::int64_t vcpus = (after + 999) / 1000;
  if (vcpus > d.most_vcpus)
    return fail(ErrorCode::kRefused, fmt::format("it can have {} vCPUs at most, not {}", d.most_vcpus, vcpus));
  vcpus = std::max(vcpus, least_vcpus(d));
  if (vcpus != d.vcpus) steps.push_back({LeverKind::kVcpus, d.vcpus, vcpus});
  const std::int64_t period = d.period_us.value_or(0) > 0 ? *d.period_us : kPeriodUs;
  // A quota is each vCPU's share of a period.
  const double share = static_cast<double>(after) / static_cast<double>(vcpus * 1000);
  const auto tight = static_cast<std::int64_t>(std::llround(share * static_cast<double>(period)));
  const std::int64_t quota = share >= 1 ? kNoQuota : std::max(kLeastQuotaUs, tight);
  if (quota != quota_now(d)) steps.push_back({.lever = LeverKind::kQuota, .former = quota_now(d), .wanted = quota, .period_us = period});
  if (d.shares && before > 0) {
    const auto wanted = std::llround(static_cast<double>(*d.shares) * static_cast<double>(after) / static_cast<double>(before));
    const std::int64_t shares = std::clamp<std::int64_t>(wanted, kLeastShares, kMostShares);
    if (shares != *d.shares) steps.push_back({LeverKind::kShares, *d.shares, shares});
  }
  return {};
}

// The device takes whole blocks; what is less than one stays as it was.
std::int64_t in_blocks(const MemoryDevice& device, std::int64_t bytes) {
  const std::int64_t block = std::max<std::int64_t>(1, device.block.count());
  return std::clamp<std::int64_t>(bytes, 0, device.size.count()) / block * block;
}

Result<void> memory_steps(const Domain& d, std::int64_t after, std::vector<Step>& steps) {
  std::int64_t missing = after - d.current_memory.count();  // to give; negative: to take
  const std::int64_t slack = std::abs(missing) / 20;        // what an inventory lets pass as that allocation
  for (const MemoryDevice& device : d.memory_devices) {
    if (device.model != "virtio-mem" || device.alias.empty() || std::abs(missing) <= slack) continue;
    const std::int64_t wanted = in_blocks(device, device.current.count() + missing);
    if (wanted == device.current.count()) continue;
    // A guest may need a block of it; a balloon that follows takes that into account.
    steps.push_back({.lever = LeverKind::kVirtioMem, .former = device.current.count(), .wanted = wanted, .slack = slack, .device = device.alias});
    missing -= wanted - device.current.count();
  }
  if (std::abs(missing) <= slack) return {};
  const std::int64_t most = d.memory.count();
  if (d.balloon.empty() || d.balloon == "none")
    return fail(ErrorCode::kRefused, "it has neither a balloon nor a virtio-mem device that goes so far");
  if (after <= 0) return fail(ErrorCode::kRefused, "a VM cannot have no memory at all");
  if (after > most)
    return fail(ErrorCode::kRefused, fmt::format("its balloon goes up to {}, not {}", to_text(Resource::kMemory, static_cast<double>(most)),
                                                 to_text(Resource::kMemory, static_cast<double>(after))));
  // The balloon's own amount is all the guest has, its devices included.
  steps.push_back({.lever = LeverKind::kBalloon, .former = d.current_memory.count(), .wanted = after, .slack = slack});
  return {};
}

Result<void> disk_steps(const Domain& d, std::int64_t after, std::vector<Step>& steps) {
  const std::int64_t now = allocation_of(d)[Resource::kDisk];
  if (now <= 0) return fail(ErrorCode::kRefused, "not all of its disks are limited, so that there is no limit to change");
  if (after <= 0) return fail(ErrorCode::kRefused, "a limit of nothing would stop its disks");
  const double times = static_cast<double>(after) / static_cast<double>(now);
  const auto add = [&](const Disk& disk, const char* field, const std::optional<std::int64_t>& limit) {
    if (!limit) return;
    const std::int64_t wanted = std::max<std::int64_t>(1, std::llround(times * static_cast<double>(*limit)));
    if (wanted != *limit)
      steps.push_back({.lever = LeverKind::kDisk, .former = *limit, .wanted = wanted, .device = disk.target, .field = field});
  };
  for (const Disk& disk : d.disks) {
    if (disk.device != "disk") continue;
    add(disk, "total_bytes_sec", disk.throttle.total);
    add(disk, "read_bytes_sec", disk.throttle.in);
    add(disk, "write_bytes_sec", disk.throttle.out);
  }
  return {};
}

// libvirt counts in KiB/s, and no rate is less than one of them.
Result<void> network_steps(const Domain& d, std::int64_t after, std::vector<Step>& steps) {
  const std::int64_t now = allocation_of(d)[Resource::kNetwork];
  if (now <= 0) return fail(ErrorCode::kRefused, "not all of its NICs are limited both ways, so that there is no limit to change");
  if (after <= 0) return fail(ErrorCode::kRefused, "a limit of nothing would cut its network off");
  const double times = static_cast<double>(after) / static_cast<double>(now);
  const auto add = [&](const Nic& nic, const char* field, const std::optional<std::int64_t>& limit) {
    if (!limit) return;
    const std::int64_t wanted = 1024 * std::max<std::int64_t>(1, std::llround(times * static_cast<double>(*limit) / 1024));
    if (wanted != *limit)
      steps.push_back({.lever = LeverKind::kNetwork, .former = *limit, .wanted = wanted, .device = nic.mac, .field = field});
  };
  for (const Nic& nic : d.nics) {
    add(nic, "inbound", nic.throttle.in);
    add(nic, "outbound", nic.throttle.out);
  }
  return {};
}

}  // namespace

std::string_view name(LeverKind kind) {
  switch (kind) {
    case LeverKind::kVcpus: return "vCPUs";
    case LeverKind::kQuota: return "CPU quota";
    case LeverKind::kShares: return "CPU shares";
    case LeverKind::kBalloon: return "balloon";
    case LeverKind::kVirtioMem: return "virtio-mem device";
    case LeverKind::kDisk: return "disk limit";
    case LeverKind::kNetwork: return "network limit";
  }
  return "";
}

bool Step::reached(std::int64_t amount) const { return std::abs(amount - wanted) <= slack; }

Result<void> may_resize(const Domain& now, const Resources& before, const Resources& after, bool guest_speaks) {
  const ScalingVerdict verdict = judge_scaling(now, guest_speaks);
  for (Resource r : kAllResources) {
    if (after[r] == before[r]) continue;
    const Scaling s = verdict.scaling[index(r)];
    const bool allowed = s == Scaling::kLiveUpAndDown || (s == Scaling::kLiveUp && after[r] > before[r]);
    if (!allowed) return fail(ErrorCode::kRefused, fmt::format("its {} cannot {} while it runs: {}", name(r), after[r] > before[r] ? "grow" : "shrink",
                                                               verdict.reasons[index(r)]));
  }
  return {};
}

Result<std::vector<Step>> steps_to(const Domain& now, const Resources& before, const Resources& after) {
  std::vector<Step> steps;
  if (after[Resource::kNetwork] != before[Resource::kNetwork])
    if (auto good = network_steps(now, after[Resource::kNetwork], steps); !good) return tl::unexpected(good.error());
  if (after[Resource::kDisk] != before[Resource::kDisk])
    if (auto good = disk_steps(now, after[Resource::kDisk], steps); !good) return tl::unexpected(good.error());
  if (after[Resource::kMemory] != before[Resource::kMemory])
    if (auto good = memory_steps(now, after[Resource::kMemory], steps); !good) return tl::unexpected(good.error());
  if (after[Resource::kCpu] != before[Resource::kCpu])
    if (auto good = cpu_steps(now, before[Resource::kCpu], after[Resource::kCpu], steps); !good) return tl::unexpected(good.error());
  return steps;
}

}  // namespace headroom::libvirt
