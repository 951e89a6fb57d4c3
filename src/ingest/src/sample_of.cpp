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
  const auto memory = memory_of(r);
  if (!memory) return std::nullopt;
  const Bytes balloon = allocated > Bytes(0) ? std::max(Bytes(0), memory->total - allocated) : Bytes(0);
  return static_cast<double>(std::max(Bytes(0), memory->total - memory->available - balloon).count());
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

std::optional<ToldMemory> memory_of(const Report& report) {
  const auto total = value(report, METRIC_MEMORY_TOTAL_KIB, kMostKib), available = value(report, METRIC_MEMORY_AVAILABLE_KIB, kMostKib);
  if (!total || !available || *available > *total) return std::nullopt;
  return ToldMemory{Bytes(*total * 1024), Bytes(*available * 1024)};
}

std::optional<ToldMemory> memory_of(const DirectiveResult& result) {
  const std::uint64_t total = result.memory_total_kib(), available = result.memory_available_kib();
  if (total == 0 || total > static_cast<std::uint64_t>(kMostKib) || available > total) return std::nullopt;
  return ToldMemory{Bytes(static_cast<std::int64_t>(total) * 1024), Bytes(static_cast<std::int64_t>(available) * 1024)};
}

}  // namespace headroom::ingest
