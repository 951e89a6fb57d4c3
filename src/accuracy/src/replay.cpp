#include "headroom/accuracy/replay.h"

#include <algorithm>
#include <cmath>

#include "headroom/base/check.h"

namespace headroom {
namespace {

Instant end_of(const VmTrace& vm, Duration step) { return vm.start + static_cast<std::int64_t>(vm.slots()) * step; }

class Replay {
 public:
  Replay(const Fleet& fleet, Forecaster& forecaster, const ForecastReplayOptions& options, const ForecastSink& sink)
      : fleet_(fleet), forecaster_(forecaster), options_(options), sink_(sink), slot_(fleet.vms.size()) {
    end_ = options.first_vm + std::min(options.vm_count, fleet.vms.size() - options.first_vm);
  }

  bool run() {
    const auto [first, last] = span_of(std::span(fleet_.vms).subspan(options_.first_vm, end_ - options_.first_vm), fleet_.step);
    for (Instant at = first; at < last; at += fleet_.step) {
      if (options_.progress &&
          !options_.progress(static_cast<double>((at - first).count()) / static_cast<double>((last - first).count())))
        return false;
      step(at);
    }
    return true;
  }

 private:
  void step(Instant at);
  void observe(std::size_t number, Instant at);
  bool forecasts_at(Instant at, bool origin) const {
    return origin || (options_.warm_up > Duration::zero() && at >= options_.grid.start - options_.warm_up);
  }

  const Fleet& fleet_;
  Forecaster& forecaster_;
  const ForecastReplayOptions& options_;
  const ForecastSink& sink_;
  std::size_t end_ = 0;
  std::vector<std::size_t> slot_;  // of each VM in its trace
  std::vector<VmId> running_;
  std::vector<Forecast> forecasts_;
};

void Replay::observe(std::size_t number, Instant at) {
  const VmTrace& vm = fleet_.vms[number];
  const std::size_t slot = slot_[number];
  Sample sample{at + fleet_.step, {}, {}, true};
  for (Resource r : kAllResources) {
    const auto& demand = vm.demand[index(r)];
    const auto& stalled = vm.stalled[index(r)];
    sample.used[index(r)] = slot < demand.size() ? static_cast<double>(demand[slot]) : std::nan("");
    sample.stalled[index(r)] = slot < stalled.size() ? stalled[slot] : 0;
  }
  const VmId id(static_cast<std::uint32_t>(number));
  if (vm.memory_provision.empty()) forecaster_.set_ceiling(id, Resources(MilliCores(1000 * vm.cores)));
  else if (slot < vm.memory_provision.size() && vm.memory_provision[slot] > 0)
    forecaster_.set_ceiling(
        id, Resources(MilliCores(1000 * vm.cores), Bytes(static_cast<std::int64_t>(vm.memory_provision[slot]))));
  forecaster_.observe({id, sample});
}

void Replay::step(Instant at) {
  running_.clear();
  for (std::size_t i = options_.first_vm; i < end_; ++i) {
    const VmTrace& vm = fleet_.vms[i];
    if (at < vm.start || at >= end_of(vm, fleet_.step)) continue;
    slot_[i] = static_cast<std::size_t>((at - vm.start) / fleet_.step);
    observe(i, at);
    running_.push_back(VmId(static_cast<std::uint32_t>(i)));
  }
  const bool origin = options_.grid.holds(at, fleet_.step);
  if (!forecasts_at(at, origin)) return;
  forecaster_.forecast(at + fleet_.step, running_, forecasts_);
  if (!origin) return;
  for (std::size_t k = 0; k < running_.size(); ++k) {
    const std::size_t i = running_[k].value();
    sink_({i, slot_[i], at, forecasts_[k]});
  }
}

}  // namespace

std::pair<Instant, Instant> span_of(std::span<const VmTrace> vms, Duration step) {
  Instant first = Instant::max(), last = Instant::min();
  for (const VmTrace& vm : vms) {
    first = std::min(first, vm.start);
    last = std::max(last, end_of(vm, step));
  }
  return {first, last};
}

bool replay_forecasts(const Fleet& fleet, Forecaster& forecaster, const ForecastReplayOptions& options,
                      const ForecastSink& sink) {
  HEADROOM_CHECK(options.first_vm <= fleet.vms.size(), "the part lies in the fleet");
  HEADROOM_CHECK(options.grid.stride >= 1, "a grid moves on");
  return Replay(fleet, forecaster, options, sink).run();
}

}  // namespace headroom
