// A forecaster for a fleet whose steps are shorter than those of its model, say of 10 s where the model's are of 5 min: such a
// fleet's time is taken to run `times` as fast. The forecaster inside is told stretched times and answers for stretched horizons;
// what comes out of it is as of the fleet's own time again. Amounts and rates are untouched, and nothing else is: windows, gaps,
// the day that a VM is learnt for and the two days of LiveReport count in steps, so they shrink with the step.
//
// Where a model's step and the fleet's are the same load played faster (a lab, a replay), a Calendar tells what the model's
// clock shows at a moment of the fleet's, and forecasts are those of the load at its own pace, to the bit. Where they are not,
// without one, the model's day of 24 h goes by in 24 h / times from 1970 on, so no hour of it stays with an hour of the
// fleet's, and the online calibration makes what it can of the rest: docs/model.md, "Steps shorter than the model's".
//
// Threads: as the forecaster inside. Cost: an addition and a multiplication a sample. Errors: of the makers only.
#pragma once

#include <memory>
#include <optional>

#include "headroom/base/result.h"
#include "headroom/forecast/engine.h"

namespace headroom {

// When the fleet's clock is `at`, the model's shows `shows`.
struct Calendar {
  Instant at, shows;
};

struct Pace {
  int times = 1;        // at least 1
  Calendar calendar{};  // both at 1970: where nothing is known

  // A fleet of `step` with a model of `of_model`. kInvalid where the step is under a second, longer than the model's, or does not
  // go into it a whole number of times; or where both are alike and there is a calendar that shows another time.
  static Result<Pace> make(Duration step, Duration of_model, const std::optional<Calendar>& calendar = {});

  Instant stretched(Instant t) const { return calendar.shows + (t - calendar.at) * times; }
};

// `inner`, with its horizons shrunk by pace.times, of which they have to be multiples; `inner` itself at a pace of 1.
std::unique_ptr<Forecaster> make_stretched(std::unique_ptr<Forecaster> inner, const Pace& pace);

// The engine at a pace. Horizons are the fleet's; none: the model's own, shrunk. kInvalid as PredictiveLoadEngine::make().
struct PacedEngine {
  std::unique_ptr<Forecaster> forecaster;
  PredictiveLoadEngine* engine = nullptr;  // within it: for accuracy() and the models' succession
};
Result<PacedEngine> make_paced_engine(std::shared_ptr<const GlobalModel> model, const Horizons& horizons, const Pace& pace);

}  // namespace headroom
