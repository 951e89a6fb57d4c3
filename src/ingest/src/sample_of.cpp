#include "sample_of.h"

#include <algorithm>

namespace headroom::ingest {
namespace {

using namespace wire::v1;

constexpr std::int64_t kMostMilliCores = 4'096'000, kMostKib = std::int64_t{1} << 36;   // 64 TiB
constexpr std::int64_t kMostBytesPerSecond = 1'000'000'000'000;
constexpr float kWaits = 0.1F, kStands = 0.01F;

std::optional<std::int64_t> value(const Report& r, Metric metric, std::int64_t most) {
  if (r.mean_size() <= metric) return std::nullopt;
  const std::int64_t v = r.mean(metric);
  return v < 0 || v > most ? std::nullopt : std::optional(v);
}

// Hundredths of a percent.
float share(const Report& r, Metric metric) { return static_cast<float>(value(r, metric, 10'000).value_or(0)) / 10'000.0F; }

float cpu_held_back(const Report& r) {
  const auto vcpus = std::max<std::int64_t>(1, value(r, METRIC_VCPUS_ONLINE, 4096).value_or(1));
  const auto steal = value(r, METRIC_STEAL_MCORES, kMostMilliCores).value_or(0);
  const float stolen = static_cast<float>(steal) / static_cast<float>(vcpus * 1000);
  const float waits = share(r, METRIC_CPU_PRESSURE);
  return std::clamp(std::max(stolen, waits >= kWaits ? waits : 0.0F), 0.0F, 1.0F);
}

float memory_held_back(const Report& r) {
  if (value(r, METRIC_SWAP_IN_KIB_PER_S, kMostKib).value_or(0) > 0) return 1;
  const float stands = share(r, METRIC_MEMORY_STALL);
  return stands >= kStands ? stands : 0.0F;
}

std::optional<double> memory_used(const Report& r, Bytes allocated) {
  const auto total = value(r, METRIC_MEMORY_TOTAL_KIB, kMostKib), available = value(r, METRIC_MEMORY_AVAILABLE_KIB, kMostKib);
  if (!total || !available || *available > *total) return std::nullopt;
  const std::int64_t balloon_kib = allocated.count() > 0 ? std::max<std::int64_t>(0, *total - allocated.count() / 1024) : 0;
  return 1024.0 * static_cast<double>(std::max<std::int64_t>(0, *total - *available - balloon_kib));
}

}  // namespace

std::optional<Sample> sample_of(const Report& report, Instant at, Bytes allocated) {
  const auto cpu = value(report, METRIC_CPU_MCORES, kMostMilliCores);
  const auto memory = memory_used(report, allocated);
  const auto read = value(report, METRIC_DISK_READ_BYTES_PER_S, kMostBytesPerSecond), written = value(report, METRIC_DISK_WRITE_BYTES_PER_S, kMostBytesPerSecond);
  const auto received = value(report, METRIC_NET_RX_BYTES_PER_S, kMostBytesPerSecond), sent = value(report, METRIC_NET_TX_BYTES_PER_S, kMostBytesPerSecond);
  if (!cpu || !memory || !read || !written || !received || !sent) return std::nullopt;
  Sample s;
  s.at = at;
  s.used[index(Resource::kCpu)] = static_cast<double>(*cpu);
  s.used[index(Resource::kMemory)] = *memory;
  s.used[index(Resource::kDisk)] = static_cast<double>(*read + *written);
  s.used[index(Resource::kNetwork)] = static_cast<double>(*received + *sent);
  s.stalled[index(Resource::kCpu)] = cpu_held_back(report);
  s.stalled[index(Resource::kMemory)] = memory_held_back(report);
  s.guest_statistics = true;
  return s;
}

}  // namespace headroom::ingest
