// What a live run is set up with, from its fleet file: who forecasts, and by what policy is decided.
#pragma once

#include <memory>
#include <string>

#include "headroom/fleet/live_fleet.h"
#include "headroom/forecast/engine.h"
#include "headroom/sim/contender.h"

namespace headroom {

struct LiveForecaster {
  std::unique_ptr<Forecaster> forecaster;
  PredictiveLoadEngine* engine = nullptr;   // within it, where it sees through the model
  std::string without_model;                // why it does not; empty where it does
};

// `without_model`: why there is no model where there is none. kInvalid: the horizons cannot be forecast.
Result<LiveForecaster> make_live_forecaster(const LiveFleet& fleet, const std::shared_ptr<const GlobalModel>& model,
                                            const std::string& without_model);

// kInvalid: no such policy, or one that only a replay can follow.
Result<Contender> live_contender(const std::string& policy, const LiveFleet& fleet);

}  // namespace headroom
