// A manager's history as a recorded fleet, so that forecasts can be judged on what it saw: samples laid on the step grid as a
// forecaster lays them (training_grid.h), each step with the mark of having been held back.
//
// A history tells no allocation: cores are 0 and there is no memory provision, so shares of an allocation cannot be told.
// Threads: one caller. Memory: 32 bytes a step and VM; while a VM is read, 80 bytes a sample of it beside that.
// Errors: those of HistoryStore::read (kFailed, a damaged part names its VM and time); kInvalid when there is no sample, or
// a VM has over three years; kFailed when progress ends it.
#pragma once

#include <functional>

#include "headroom/base/result.h"
#include "headroom/history/store.h"
#include "headroom/trace/fleet.h"

namespace headroom {

Result<Fleet> fleet_of_history(HistoryStore& history, Duration step, const std::function<bool(double share)>& progress = {});

}  // namespace headroom
