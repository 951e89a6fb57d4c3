#include "judge.h"

#include <algorithm>

namespace headroom::agent {
namespace {

using namespace wire::v1;

constexpr std::int64_t kReserveKib = 64 << 10;   // what a small system needs to stay alive
constexpr std::int64_t kReservePercent = 5;      // of what is left
constexpr std::int64_t kStall = 100;             // PSI full avg10 of 1 %
constexpr std::int64_t kMostBusyPercent = 90;    // of the vCPUs that are left
constexpr std::int64_t kSustainedNs = 5'000'000'000, kBetweenDemandsNs = 30'000'000'000;
constexpr std::int64_t kCpuHigh = 2000, kCpuLow = 500;       // PSI some avg10: 20 %, 5 %
constexpr std::int64_t kMemoryHigh = 1000, kMemoryLow = 200;
constexpr std::int64_t kScarcePercent = 5;       // available, of all

std::string mib(std::int64_t kib) { return std::to_string(kib / 1024) + " MiB"; }
std::string percent(std::int64_t hundredths) {
  const std::string part = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "." + (part.size() < 2 ? "0" : "") + part + " %";
}

std::optional<std::string> veto_memory(std::int64_t less_kib, const Values& now) {
  const std::int64_t total = now[METRIC_MEMORY_TOTAL_KIB], available = now[METRIC_MEMORY_AVAILABLE_KIB];
  if (total == kUnknown || available == kUnknown) return "this guest's kernel does not tell how much memory is available";
  const std::int64_t reserve = std::max(kReserveKib, (total - less_kib) * kReservePercent / 100);
  if (available - less_kib < reserve) {
    return mib(available) + " are available; " + mib(less_kib) + " less would leave less than the reserve of " + mib(reserve);
  }
  if (now[METRIC_MEMORY_STALL] >= kStall) return "memory stalls " + percent(now[METRIC_MEMORY_STALL]) + " of the time already";
  if (now[METRIC_SWAP_IN_KIB_PER_S] > 0) return "swap is being read, " + std::to_string(now[METRIC_SWAP_IN_KIB_PER_S]) + " KiB/s";
  return std::nullopt;
}

std::optional<std::string> veto_vcpus(std::int64_t left, const Values& now) {
  const std::int64_t used = now[METRIC_CPU_MCORES], may = left * 1000 * kMostBusyPercent / 100;
  if (used == kUnknown) return "this guest has not measured its use of CPU yet";
  if (used <= may) return std::nullopt;
  return std::to_string(used) + " millicores are in use; " + std::to_string(left) + " vCPUs should carry at most " + std::to_string(may);
}

std::uint64_t a_quarter_more(std::int64_t has) { return static_cast<std::uint64_t>(has + has / 4); }

Demand demand_of(Demand::Resource resource, const Sample& sample, std::int64_t has, std::int64_t pressure, std::int64_t high_since_ns) {
  Demand demand;
  demand.set_resource(resource);
  demand.set_has(static_cast<std::uint64_t>(has));
  demand.set_wanted(a_quarter_more(has));
  demand.set_pressure(static_cast<std::uint32_t>(std::max<std::int64_t>(pressure, 0)));
  demand.set_sustained_ms(static_cast<std::uint32_t>((sample.boottime_ns - high_since_ns) / 1'000'000));
  demand.set_boottime_ns(static_cast<std::uint64_t>(sample.boottime_ns));
  return demand;
}

}  // namespace

std::optional<std::string> veto(const Allocation& allocation, const Values& now) {
  if (allocation.memory_kib_to() > 0 && allocation.memory_kib_to() < allocation.memory_kib_from()) {
    const auto less = static_cast<std::int64_t>(std::min<std::uint64_t>(allocation.memory_kib_from() - allocation.memory_kib_to(), INT64_MAX / 1024));
    if (auto reason = veto_memory(less, now)) return reason;
  }
  if (allocation.vcpus_to() > 0 && allocation.vcpus_to() < allocation.vcpus_from()) return veto_vcpus(allocation.vcpus_to(), now);
  return std::nullopt;
}

bool DemandWatch::has_rested(const Watch& watch, std::int64_t now_ns) { return watch.asked_ns < 0 || now_ns - watch.asked_ns >= kBetweenDemandsNs; }

bool DemandWatch::is_due(Watch& watch, bool high, bool low, std::int64_t now_ns) {
  if (low) watch.armed = true;
  if (!high) {
    watch.high_since_ns = -1;
    return false;
  }
  if (watch.high_since_ns < 0) watch.high_since_ns = now_ns;
  if (!watch.armed || !has_rested(watch, now_ns) || now_ns - watch.high_since_ns < kSustainedNs) return false;
  watch.armed = false;
  watch.asked_ns = now_ns;
  return true;
}

std::optional<Demand> DemandWatch::look(const Sample& sample) {
  const Values& v = sample.values;
  const std::int64_t total = v[METRIC_MEMORY_TOTAL_KIB], available = v[METRIC_MEMORY_AVAILABLE_KIB];
  const bool told = v[METRIC_MEMORY_PRESSURE] != kUnknown, scarce = available != kUnknown && available * 100 < total * kScarcePercent;
  const bool memory_high = (told && v[METRIC_MEMORY_PRESSURE] >= kMemoryHigh) || scarce;
  const bool memory_low = !scarce && v[METRIC_MEMORY_PRESSURE] <= kMemoryLow;
  if (is_due(memory_, memory_high, memory_low, sample.boottime_ns)) {
    Demand demand = demand_of(Demand::MEMORY, sample, total, v[METRIC_MEMORY_PRESSURE], memory_.high_since_ns);
    demand.set_reason(mib(available) + " of " + mib(total) + " are available" +
                      (told ? ", some task waits for memory " + percent(v[METRIC_MEMORY_PRESSURE]) + " of the time" : ""));
    return demand;
  }
  if (!is_due(cpu_, v[METRIC_CPU_PRESSURE] >= kCpuHigh, v[METRIC_CPU_PRESSURE] <= kCpuLow, sample.boottime_ns)) return std::nullopt;
  Demand demand = demand_of(Demand::CPU, sample, v[METRIC_VCPUS_ONLINE] * 1000, v[METRIC_CPU_PRESSURE], cpu_.high_since_ns);
  demand.set_reason("some task waits for a processor " + percent(v[METRIC_CPU_PRESSURE]) + " of the time");
  return demand;
}

}  // namespace headroom::agent
