// Rolling-origin replay of a recorded fleet through any Forecaster: every VM's samples go in step by step, and at the
// origins of a grid what was forecast comes out. `headroom forecast`, its report and the benchmarks share it, so that all
// of them ask a forecaster the same questions.
//
// No look-ahead: before a forecast for an origin is asked for, exactly the samples up to and including that origin's step
// have been observed. The provision of each step is told as the ceiling before its sample.
//
// Threads: one caller; the sink and the progress are called from it. Memory: none that grows. Errors: none; progress may end it.
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <utility>

#include "headroom/forecast/forecaster.h"
#include "headroom/trace/fleet.h"

namespace headroom {

// Origins: start, start + stride steps, ... An origin is named by the begin of the step whose sample is the last one seen,
// as recorded traces name their samples.
struct OriginGrid {
  Instant start;   // a multiple of the step
  int stride = 1;  // steps, 1 or more

  bool holds(Instant at, Duration step) const { return at >= start && (at - start) % (stride * step) == Duration::zero(); }
};

struct ForecastReplayOptions {
  OriginGrid grid;
  // Online calibration lives on a forecaster's own forecasts: so long before the grid, and between its origins, forecasts
  // are made at every step as the manager makes them. 0: only at the grid's origins, for forecasters that do not learn so.
  Duration warm_up = std::chrono::days(21);
  std::size_t first_vm = 0, vm_count = std::numeric_limits<std::size_t>::max();  // a part of the fleet
  std::function<bool(double share)> progress{};  // once a step; false: stop
};

// Begin of the first step and end of the last of some VMs; there must be one.
std::pair<Instant, Instant> span_of(std::span<const VmTrace> vms, Duration step);

// One VM's forecast at one origin. `slot` is the origin's place in the trace. VmId(i) is fleet.vms[i].
struct ReplayedForecast {
  std::size_t vm, slot;
  Instant origin;
  const Forecast& forecast;
};
using ForecastSink = std::function<void(const ReplayedForecast&)>;

// Calls `sink` in order of time, within an origin in order of the fleet; a VM is asked about from its first slot to its
// last, gaps included. False when progress ended it.
bool replay_forecasts(const Fleet& fleet, Forecaster& forecaster, const ForecastReplayOptions& options, const ForecastSink& sink);

}  // namespace headroom
