// What `headroom forecast` and its report are asked in the same words: origins, horizons, a model.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headroom/accuracy/replay.h"
#include "headroom/base/result.h"
#include "headroom/forecast/engine.h"
#include "headroom/forecast/train.h"
#include "headroom/trace/fleet.h"

namespace headroom::cli {

// "START,STRIDE": epoch seconds or RFC 3339, and steps. A start within a step means that step.
Result<OriginGrid> parse_grid(const std::string& text, Duration step);
// "1,3,12": steps, ascending, a week at most.
Result<Horizons> parse_horizons(const std::string& text, Duration step);

struct ModelChoice {
  std::vector<std::string> train;  // traces to grow one from
  std::string model;               // or a file; neither: the shipped one
  TrainOptions training;
};
// `start`: whatever the traces hold, nothing of then or later is learnt from.
Result<std::shared_ptr<const GlobalModel>> find_model(const ModelChoice& choice, const Horizons& horizons, Instant start);
// An engine for the horizons that were given as `text`; kInvalid when they are beyond the model.
Result<std::unique_ptr<PredictiveLoadEngine>> make_engine(const std::shared_ptr<const GlobalModel>& model,
                                                          const Horizons& horizons, const std::string& text);

// Shows `label` with the share that is done, on a terminal; never stops anything.
std::function<bool(double share)> shown_progress(std::string label);

}  // namespace headroom::cli
