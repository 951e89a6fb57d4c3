#include "headroom/libvirt/stats.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::libvirt {
namespace {

constexpr std::uint64_t kMostDevices = 4096;  // a count of more is a mistake, not a machine

std::optional<std::vector<DeviceCounters>> devices(const Fields& f, const std::string& group, const char* in, const char* out) {
  const Counter count = f.number(group + ".count");
  if (!count) return std::nullopt;
  std::vector<DeviceCounters> all;
  for (std::uint64_t i = 0; i < std::min(*count, kMostDevices); ++i) {
    const std::string prefix = fmt::format("{}.{}.", group, i);
    const auto name = f.texts.find(prefix + "name");
    if (name == f.texts.end() && !f.number(prefix + in) && !f.number(prefix + out)) break;  // a count larger than what is there
    if (f.number(prefix + "backingIndex").value_or(0) > 1 && std::any_of(all.begin(), all.end(), [&](const DeviceCounters& d) {
          return name != f.texts.end() && d.name == name->second;
        }))
      continue;  // a file below the disk's own, which counts what the disk counts
    all.push_back({name == f.texts.end() ? prefix : name->second, f.number(prefix + in), f.number(prefix + out)});
  }
  return all;
}

}  // namespace

Counter Fields::number(const std::string& name) const {
  const auto found = numbers.find(name);
  return found == numbers.end() ? Counter() : Counter(found->second);
}

Counter Fields::kib(const std::string& name) const {
  const Counter value = number(name);
  return value && *value < std::uint64_t{1} << 50 ? Counter(*value * 1024) : Counter();
}

DomainStats read_stats(const Fields& f) {
  DomainStats s;
  s.state = f.number("state.state");
  s.state_reason = f.number("state.reason");
  s.cpu_time_ns = f.number("cpu.time");
  s.vcpus = f.number("vcpu.current");
  s.most_vcpus = f.number("vcpu.maximum");
  // vCPUs that were plugged in and out leave holes in the numbers.
  for (std::uint64_t i = 0; i < std::min(s.most_vcpus.value_or(s.vcpus.value_or(0)), kMostDevices); ++i) {
    const std::string prefix = fmt::format("vcpu.{}.", i);
    if (!f.number(prefix + "state") && !f.number(prefix + "time")) continue;
    s.vcpu.push_back({i, f.number(prefix + "time"), f.number(prefix + "delay")});
  }
  s.disks = devices(f, "block", "rd.bytes", "wr.bytes");
  s.nics = devices(f, "net", "rx.bytes", "tx.bytes");
  s.memory_now = f.kib("balloon.current");
  s.memory_most = f.kib("balloon.maximum");
  s.resident = f.kib("balloon.rss");
  s.guest_total = f.kib("balloon.available");
  s.guest_unused = f.kib("balloon.unused");
  s.guest_usable = f.kib("balloon.usable");
  s.swapped_in = f.kib("balloon.swap_in");
  s.swapped_out = f.kib("balloon.swap_out");
  s.guest_updated_at = f.number("balloon.last-update");
  return s;
}

std::int64_t vcpus_with_a_thread(const DomainStats& stats) {
  return std::count_if(stats.vcpu.begin(), stats.vcpu.end(), [](const VcpuCounters& v) { return v.time_ns.value_or(0) > 0 || v.delay_ns.value_or(0) > 0; });
}

}  // namespace headroom::libvirt
