// A manager that has just started knows of each VM what the history store holds: the forecaster takes up its past as if it had been
// there, before the VM's first new sample. A VM that appears later is warmed when it is first seen.
//
// The past is read in order, a group of VMs and a stretch of steps at a time, so that neither a long past nor a large fleet asks
// for more memory than some tens of MB. Over its last part forecasts are made and thrown away: the online calibration begins with
// the truths of those. Nothing of `now` or later is read.
//
// Threads: one caller. Ownership: borrows store and forecaster. Cost: docs/model.md, "After a start". Errors: none; a VM of which a
// part cannot be read is warmed with the rest of it, and that is a trouble, one sentence for all such.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "headroom/forecast/forecaster.h"
#include "headroom/history/store.h"
#include "headroom/model/vm.h"

namespace headroom {

// In steps of the fleet.
struct WarmSpan {
  int past = 9 * 288;            // what the engine remembers is 8 days of 5 minutes
  int with_forecasts = 288;      // the last of them, fewer where the fleet is large
};

class WarmStart {
 public:
  // Forecasts made for it in one call, at most: VMs times steps. Some 10 s of a CPU.
  static constexpr std::size_t kMostForecasts = 100'000;

  WarmStart(HistoryStore& store, Forecaster& forecaster, Duration step, WarmSpan span = {})
      : store_(store), forecaster_(forecaster), step_(step), span_(span) {}

  // Warms those that it has not seen before. Their ceilings and limits are set already.
  void take_up(std::span<const Vm> vms, Instant now, std::vector<std::string>& troubles);

 private:
  struct Group;
  void warm(Group& group, Instant now, int with_forecasts);
  void read(Group& group, Instant from, Instant to);

  HistoryStore& store_;
  Forecaster& forecaster_;
  Duration step_;
  WarmSpan span_;
  std::set<VmId> seen_;
};

}  // namespace headroom
