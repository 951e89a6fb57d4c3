// How good forecasts are beside what else there is, in one run: the bundled sample is replayed through every contender and
// scored (accuracy/scorer.h) on time that none of them has learnt from.
#pragma once

#include <memory>
#include <vector>

#include "bench.h"
#include "forecast_speed.h"
#include "headroom/forecast/global_model.h"
#include "headroom/trace/fleet.h"
#include "peers/point_model.h"

namespace headroom::bench {

// Who learns beforehand learns from before `learn_until`. The week before `score_from` is left to the peers' errors: made in
// time they have learnt from, they would be too small. Everything from `score_from` on is scored.
struct Split {
  Instant learn_until, score_from;
};

// What has learnt before.
struct Trained {
  std::shared_ptr<const GlobalModel> shipped;  // ours, of earlier months
  std::shared_ptr<const GlobalModel> grown;    // ours, of the same days as
  std::unique_ptr<PointModel> boosted;         // plain gradient boosting
};
// The horizons that are compared: 5 min, 15 min and 1 h, and the peak of the last.
const Horizons& compared_horizons();

// Quantile loss over naive-RE's, on a grid for all but R, and on a sample of moments for all; and how many series a second
// each peer forecasts, beside `speed`. kInvalid when a model has learnt from what is scored.
Result<std::vector<Figure>> forecast_accuracy(const Setting& setting, const Fleet& fleet, Trained trained, const Split& split,
                                              const SeriesSpeed& speed);

}  // namespace headroom::bench
