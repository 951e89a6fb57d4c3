// How long a manager that starts anew takes to know its fleet's past: 1,000 VMs out of the example fleet at seeded offsets, nine
// days of 5-minute reports each, from the store into the engine with the forecasts that begin its calibration; beside the engine
// being told the same reports straight from memory, without store and forecasts, which is the least there is to do.
#include "bench.h"
#include "headroom/forecast/engine.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/loop/warm_start.h"
#include "reports.h"

namespace headroom::bench {
namespace {

constexpr int kVms = 1000;
constexpr int kSteps = 9 * 288;
constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'100);  // on the grid
constexpr Duration kStep = std::chrono::minutes(5);

Result<void> fill(HistoryStore& store, const Reports& reports) {
  std::vector<VmSample> now;
  std::vector<HistorySample> samples;
  for (int step = 0; step < kSteps; ++step) {
    reports.at(step, now);
    samples.clear();
    for (const VmSample& report : now)
      if (report.vm.value() < kVms) samples.push_back({reports.uuids()[report.vm.value()], report.sample});
    if (auto ok = store.append(samples); !ok) return ok;
  }
  return store.sync();
}

double told_cpu_s(const Reports& reports, std::shared_ptr<const GlobalModel> model) {
  PredictiveLoadEngine engine(std::move(model));
  std::vector<VmSample> now;
  double cost = 0;
  for (int step = 0; step < kSteps; ++step) {
    reports.at(step, now);
    const double started = cpu_seconds();
    for (const VmSample& report : now)
      if (report.vm.value() < kVms) engine.observe(report);
    cost += cpu_seconds() - started;
  }
  return cost;
}

}  // namespace

Result<std::vector<Figure>> start_bench(const Setting& setting) {
  const auto fleet = read_fleet({setting.examples / "bitbrains" / "vms"});
  if (!fleet) return tl::unexpected(fleet.error());
  auto model = GlobalModel::load(setting.models / "ple.model");
  if (!model) return tl::unexpected(model.error());
  const int copies = (kVms + static_cast<int>(fleet->vms.size()) - 1) / static_cast<int>(fleet->vms.size());
  const Reports reports(*fleet, copies, setting.seed, kStart, kStep);
  auto store = open_rocksdb_history(setting.scratch / "history");
  if (!store) return tl::unexpected(store.error());
  if (auto ok = fill(**store, reports); !ok) return tl::unexpected(ok.error());

  std::vector<Vm> vms(kVms);
  for (std::uint32_t v = 0; v < kVms; ++v) vms[v].id = VmId(v), vms[v].uuid = reports.uuids()[v];
  PredictiveLoadEngine engine(*model);
  std::vector<std::string> troubles;
  const double resident = resident_mib(), started = cpu_seconds();
  WarmStart(**store, engine, kStep).take_up(vms, reports.time_of(kSteps), troubles);
  const double cost = cpu_seconds() - started, memory = resident_mib() - resident;
  if (!troubles.empty()) return fail(ErrorCode::kFailed, troubles.front());
  return std::vector<Figure>{
      {"warm_start", "CPU s for 1000 VMs x 9 days", cost, {{"told from memory, no forecasts", told_cpu_s(reports, *model)}}},
      {"warm_start_memory", "MiB resident afterwards, the engine's state for 1000 VMs with it", memory, {}}};
}

}  // namespace headroom::bench
