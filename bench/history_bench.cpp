// How dear it is to keep a fleet's samples: the example fleet, four times over at seeded offsets, at the pace of a daemon (a report every
// 10 s, a day long), beside one RocksDB row a report and VictoriaMetrics; and 100,000 VMs wide, durable each second.
#include <fmt/format.h>

#include "bench.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/trace/fleet.h"
#include "history_load.h"
#include "history_peers.h"
#include "row_store.h"

namespace headroom::bench {
namespace {

constexpr int kCopies = 4;
constexpr int kSteps = 8640;  // 24 h of 10 s
constexpr int kSyncEvery = 30;
constexpr int kWideCopies = 1819;  // of 55 VMs
constexpr int kWideSteps = 240;
constexpr int kPeerWideCopies = 182, kPeerWideSteps = 30;

struct Cost {
  double values = 0, append_cpu_s = 0, read_cpu_ms = 0, bytes = 0, resident_mib = 0;
  double values_per_cpu_s() const { return values / append_cpu_s; }
  double bytes_per_value() const { return bytes / values; }
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

Result<Cost> chunks(const Fleet& fleet, const Setting& setting) {
  FineReports reports(fleet, kCopies, setting.seed, kHistoryStart);
  const auto directory = setting.scratch / "chunks";
  Cost cost;
  const double resident = resident_mib();
  auto store = open_rocksdb_history(directory);
  if (!store) return tl::unexpected(store.error());
  for (int step = 0; step < kSteps; ++step) {
    const std::vector<HistorySample> samples = samples_of(reports);
    const double started = cpu_seconds();
    if (auto ok = (*store)->append(samples); !ok) return tl::unexpected(ok.error());
    if (step % kSyncEvery == 0)
      if (auto ok = (*store)->sync(); !ok) return tl::unexpected(ok.error());
    cost.append_cpu_s += cpu_seconds() - started;
    cost.values += static_cast<double>(samples.size() * kValuesInReport);
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

Result<Cost> rows(const Fleet& fleet, const Setting& setting) {
  FineReports reports(fleet, kCopies, setting.seed, kHistoryStart);
  const auto directory = setting.scratch / "rows";
  Cost cost;
  {
    RowStore store(directory);
    if (!store.ok()) return fail(ErrorCode::kFailed, "the baseline's database cannot be opened");
    std::vector<VmSample> now;
    std::vector<RowStore::Row> batch;
    for (int step = 0; step < kSteps; ++step) {
      reports.next(now);
      batch.clear();
      for (const VmSample& report : now) batch.push_back({report.vm.value(), report.sample});
      const double started = cpu_seconds();
      store.append(batch);
      if (step % kSyncEvery == 0) store.sync();
      cost.append_cpu_s += cpu_seconds() - started;
      cost.values += static_cast<double>(batch.size() * kValuesInReport);
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
Result<Cost> wide(const Fleet& fleet, const Setting& setting) {
  FineReports reports(fleet, kWideCopies, setting.seed, kHistoryStart);
  const auto directory = setting.scratch / "wide";
  Cost cost;
  const double resident = resident_mib();
  auto store = open_rocksdb_history(directory);
  if (!store) return tl::unexpected(store.error());
  for (int step = 0; step < kWideSteps; ++step) {
    const std::vector<HistorySample> samples = samples_of(reports);
    for (const auto second : seconds_of(samples)) {
      const double started = cpu_seconds();
      if (auto ok = (*store)->append(second); !ok) return tl::unexpected(ok.error());
      if (auto ok = (*store)->sync(); !ok) return tl::unexpected(ok.error());
      cost.append_cpu_s += cpu_seconds() - started;
    }
    cost.values += static_cast<double>(samples.size() * kValuesInReport);
  }
  cost.resident_mib = resident_mib() - resident;
  store->reset();
  cost.bytes = compacted_bytes(directory);
  return cost;
}

// What peers make of the same, put beside the figures of a speed and a size.
Result<void> add_peers(const Fleet& fleet, const Setting& setting, Figure& append, Figure& size, Figure& append_wide) {
  const auto program = victoria_metrics_program();
  if (!program) return {};
  const auto day = victoria_day(*program, fleet, kCopies, kSteps, setting);
  if (!day) return tl::unexpected(day.error());
  append.beside.push_back({"VictoriaMetrics, remote write, 60 samples of a series a request", day->values_per_cpu_s});
  size.beside.push_back({"VictoriaMetrics, its blocks merged, without its index", day->bytes_per_value});
  for (const auto& [way, name] : {std::pair{Way::kLines, "line protocol"}, std::pair{Way::kRemoteWrite, "remote write"}}) {
    const auto wide = victoria_wide(*program, fleet, kPeerWideCopies, kPeerWideSteps, way, setting);
    if (!wide) return tl::unexpected(wide.error());
    append_wide.beside.push_back({fmt::format("VictoriaMetrics, {}, {} VMs wide, not durable", name, fleet.vms.size() * kPeerWideCopies), wide->values_per_cpu_s});
  }
  return {};
}

}  // namespace

Result<std::vector<Figure>> history_bench(const Setting& setting) {
  const auto fleet = read_fleet({setting.examples / "bitbrains" / "vms"});
  if (!fleet) return tl::unexpected(fleet.error());
  const auto ours = chunks(*fleet, setting);
  if (!ours) return tl::unexpected(ours.error());
  const auto theirs = rows(*fleet, setting);
  if (!theirs) return tl::unexpected(theirs.error());
  const auto fleet_wide = wide(*fleet, setting);
  if (!fleet_wide) return tl::unexpected(fleet_wide.error());
  const std::string baseline = "one RocksDB row a report, zstd";
  Figure append{"append", "values per CPU-second", ours->values_per_cpu_s(), {{baseline, theirs->values_per_cpu_s()}}};
  Figure size{"size", "bytes per value", ours->bytes_per_value(), {{baseline, theirs->bytes_per_value()}}};
  Figure append_wide{"append_wide", "values per CPU-second, 100,000 VMs, durable each second", fleet_wide->values_per_cpu_s(), {}};
  if (auto ok = add_peers(*fleet, setting, append, size, append_wide); !ok) return tl::unexpected(ok.error());
  return std::vector<Figure>{append, size,
      {"read_24h", "CPU ms per VM (8640 samples)", ours->read_cpu_ms, {{baseline, theirs->read_cpu_ms}}},
      {"memory", "MiB resident after the appends", ours->resident_mib, {}},
      append_wide,
      {"size_wide", "bytes per value, of the same after 40 minutes, what waits in the log included", fleet_wide->bytes_per_value(), {}},
      {"memory_wide", "MiB resident after them", fleet_wide->resident_mib, {}}};
}

}  // namespace headroom::bench
