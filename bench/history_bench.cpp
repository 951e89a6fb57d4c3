// How dear it is to keep a fleet's samples: the example fleet, four times over at seeded offsets, at the pace
// of a daemon (a report every 10 s, a day long), beside one RocksDB row a report; and 100,000 VMs wide, durable each second.
#include <algorithm>

#include "bench.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/trace/fleet.h"
#include "reports.h"
#include "row_store.h"

namespace headroom::bench {
namespace {

constexpr int kCopies = 4;
constexpr int kSteps = 8640;  // 24 h of 10 s
constexpr int kSyncEvery = 30;
constexpr int kWideCopies = 1819;  // of 55 VMs
constexpr int kWideSteps = 240;
constexpr std::size_t kSeconds = 10;
constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'000);
constexpr Duration kEvery = std::chrono::seconds(10);

struct Cost {
  double values = 0, append_cpu_s = 0, read_cpu_ms = 0, bytes = 0, resident_mib = 0;
};

// Reads each VM's whole day, twice; the second pass counts.
template <class Read>
Result<double> read_cpu_ms(std::size_t vms, const Read& read) {
  double started = 0;
  for (int pass = 0; pass < 2; ++pass) {
    started = cpu_seconds();
    for (std::size_t vm = 0; vm < vms; ++vm)
      if (auto ok = read(vm); !ok) return tl::unexpected(ok.error());
  }
  return (cpu_seconds() - started) * 1000 / static_cast<double>(vms);
}

Result<Cost> chunks(const Reports& reports, const std::filesystem::path& directory) {
  Cost cost;
  const double resident = resident_mib();
  auto store = open_rocksdb_history(directory);
  if (!store) return tl::unexpected(store.error());
  std::vector<VmSample> now;
  std::vector<HistorySample> samples;
  for (int step = 0; step < kSteps; ++step) {
    reports.at(step, now);
    samples.clear();
    for (const VmSample& report : now) samples.push_back({reports.uuids()[report.vm.value()], report.sample});
    const double started = cpu_seconds();
    if (auto ok = (*store)->append(samples); !ok) return tl::unexpected(ok.error());
    if (step % kSyncEvery == 0)
      if (auto ok = (*store)->sync(); !ok) return tl::unexpected(ok.error());
    cost.append_cpu_s += cpu_seconds() - started;
    cost.values += static_cast<double>(now.size() * kResourceCount);
  }
  cost.resident_mib = resident_mib() - resident;
  const auto read = read_cpu_ms(reports.uuids().size(), [&](std::size_t vm) -> Result<void> {
    const auto samples = (*store)->read(reports.uuids()[vm], reports.time_of(0), reports.time_of(kSteps));
    if (!samples) return tl::unexpected(samples.error());
    if (samples->size() < kSteps * 9 / 10) return fail(ErrorCode::kFailed, "samples are missing");
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  cost.read_cpu_ms = *read;
  store->reset();
  cost.bytes = compacted_bytes(directory);
  return cost;
}

Result<Cost> rows(const Reports& reports, const std::filesystem::path& directory) {
  Cost cost;
  {
    RowStore store(directory);
    if (!store.ok()) return fail(ErrorCode::kFailed, "the baseline's database cannot be opened");
    std::vector<VmSample> now;
    std::vector<RowStore::Row> batch;
    for (int step = 0; step < kSteps; ++step) {
      reports.at(step, now);
      batch.clear();
      for (const VmSample& report : now) batch.push_back({report.vm.value(), report.sample});
      const double started = cpu_seconds();
      store.append(batch);
      if (step % kSyncEvery == 0) store.sync();
      cost.append_cpu_s += cpu_seconds() - started;
      cost.values += static_cast<double>(batch.size() * kResourceCount);
    }
    const auto read = read_cpu_ms(reports.uuids().size(), [&](std::size_t vm) -> Result<void> {
      if (store.read(static_cast<std::uint32_t>(vm), reports.time_of(0), reports.time_of(kSteps)).size() < kSteps * 9 / 10)
        return fail(ErrorCode::kFailed, "the baseline lacks samples");
      return {};
    });
    if (!read) return tl::unexpected(read.error());
    cost.read_cpu_ms = *read;
  }
  cost.bytes = compacted_bytes(directory);
  return cost;
}

// 100,000 VMs that report every 10 s, a tenth of them each second, which is durable before the next one; until each has filled a chunk.
Result<Cost> wide(const Reports& reports, const std::filesystem::path& directory) {
  Cost cost;
  const double resident = resident_mib();
  auto store = open_rocksdb_history(directory);
  if (!store) return tl::unexpected(store.error());
  std::vector<VmSample> now;
  std::vector<HistorySample> second;
  for (int step = 0; step < kWideSteps; ++step) {
    reports.at(step, now);
    const std::size_t part = now.size() / kSeconds + 1;
    for (std::size_t begin = 0; begin < now.size(); begin += part) {
      second.clear();
      for (std::size_t i = begin; i < std::min(now.size(), begin + part); ++i) second.push_back({reports.uuids()[now[i].vm.value()], now[i].sample});
      const double started = cpu_seconds();
      if (auto ok = (*store)->append(second); !ok) return tl::unexpected(ok.error());
      if (auto ok = (*store)->sync(); !ok) return tl::unexpected(ok.error());
      cost.append_cpu_s += cpu_seconds() - started;
    }
    cost.values += static_cast<double>(now.size() * kResourceCount);
  }
  cost.resident_mib = resident_mib() - resident;
  store->reset();
  cost.bytes = compacted_bytes(directory);
  return cost;
}

}  // namespace

Result<std::vector<Figure>> history_bench(const Setting& setting) {
  const auto fleet = read_fleet({setting.examples / "bitbrains" / "vms"});
  if (!fleet) return tl::unexpected(fleet.error());
  const Reports reports(*fleet, kCopies, setting.seed, kStart, kEvery);
  const auto ours = chunks(reports, setting.scratch / "chunks");
  if (!ours) return tl::unexpected(ours.error());
  const auto theirs = rows(reports, setting.scratch / "rows");
  if (!theirs) return tl::unexpected(theirs.error());
  const Reports many(*fleet, kWideCopies, setting.seed, kStart, kEvery);
  const auto fleet_wide = wide(many, setting.scratch / "wide");
  if (!fleet_wide) return tl::unexpected(fleet_wide.error());
  const std::string baseline = "one RocksDB row a report, zstd";
  return std::vector<Figure>{
      {"append", "values per CPU-second", ours->values / ours->append_cpu_s, {{baseline, theirs->values / theirs->append_cpu_s}}},
      {"size", "bytes per value", ours->bytes / ours->values, {{baseline, theirs->bytes / theirs->values}}},
      {"read_24h", "CPU ms per VM (8640 samples)", ours->read_cpu_ms, {{baseline, theirs->read_cpu_ms}}},
      {"memory", "MiB resident after the appends", ours->resident_mib, {}},
      {"append_wide", "values per CPU-second, 100,000 VMs, durable each second", fleet_wide->values / fleet_wide->append_cpu_s, {}},
      {"size_wide", "bytes per value, of the same", fleet_wide->bytes / fleet_wide->values, {}},
      {"memory_wide", "MiB resident after them", fleet_wide->resident_mib, {}}};
}

}  // namespace headroom::bench
