// What forecasting a large fleet costs the way the manager does it: samples in, features, model, calibration, bands.
#pragma once

#include <memory>
#include <vector>

#include "bench.h"
#include "headroom/forecast/global_model.h"
#include "headroom/trace/fleet.h"

namespace headroom::bench {

// Series observed and forecast per CPU-second.
struct SeriesSpeed {
  double ours = 0, naive = 0;
};
struct ForecastSpeed {
  std::vector<Figure> figures;
  SeriesSpeed series;
};

// CPU time of a step of a fleet of 100,000 VMs, and memory of a series, of the engine and of naive-RE. Runs some 1000 VMs
// made of the fleet's, for a week and an hour; about a minute. Alone, since it counts the process's CPU time and memory.
ForecastSpeed forecast_speed(const Setting& setting, const Fleet& fleet, std::shared_ptr<const GlobalModel> model);

}  // namespace headroom::bench
