// Recorded fleets as food for the global model.
#pragma once

#include "headroom/forecast/train.h"
#include "headroom/trace/fleet.h"

namespace headroom {

// The fleet must outlive the source. Ceilings are told for CPU and memory; disk and network have none in a trace.
TrainingSource training_source(const Fleet& fleet);

}  // namespace headroom
