#include "headroom/accuracy/history_fleet.h"

#include <fmt/format.h>

#include "headroom/forecast/training_grid.h"

namespace headroom {
namespace {

constexpr Duration kMostOfAVm = std::chrono::days(3 * 366);  // as of a trace (trace/fleet.h)
const Instant kEndOfTime = instant_from_epoch_seconds(7'258'118'400);  // 2200

Result<VmTrace> trace_of(HistoryStore& history, const std::string& uuid, Duration step) {
  auto samples = history.read(uuid, Instant(Duration(0)), kEndOfTime);
  if (!samples) return tl::unexpected(samples.error());
  VmTrace vm;
  vm.name = uuid;
  vm.cores = 0;
  if (samples->empty()) return vm;
  if (samples->back().at - samples->front().at > kMostOfAVm)
    return invalid(fmt::format("the history of {} runs from {} to {}, over 3 years; drop what is older", uuid,
                               to_rfc3339(samples->front().at), to_rfc3339(samples->back().at)));
  TrainingGrid grid(samples->front().at - step, samples->back().at + step, step);
  for (const Sample& sample : *samples) grid.add(sample);
  TrainingVm laid = grid.finish(uuid, Resources());
  vm.start = laid.start;
  vm.demand = std::move(laid.demand);
  vm.stalled = std::move(laid.stalled);
  return vm;
}

}  // namespace

Result<Fleet> fleet_of_history(HistoryStore& history, Duration step, const std::function<bool(double share)>& progress) {
  const auto uuids = history.vms();
  if (!uuids) return tl::unexpected(uuids.error());
  Fleet fleet;
  fleet.step = step;
  for (std::size_t i = 0; i < uuids->size(); ++i) {
    if (progress && !progress(static_cast<double>(i) / static_cast<double>(uuids->size())))
      return fail(ErrorCode::kFailed, "reading the history was cut short");
    auto vm = trace_of(history, (*uuids)[i], step);
    if (!vm) return tl::unexpected(vm.error());
    if (vm->slots() > 0) fleet.vms.push_back(std::move(*vm));
  }
  if (fleet.vms.empty()) return invalid("the history holds no samples");
  return fleet;
}

}  // namespace headroom
