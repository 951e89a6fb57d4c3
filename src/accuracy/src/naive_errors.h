// naive-RE of one series and target: the last value plus the empirical quantiles (linear interpolation) of its own errors
// over the last seven days, never below 0; the last value alone while under 50 errors are known.
#pragma once

#include <memory>

#include "headroom/accuracy/scorer.h"
#include "headroom/forecast/error_window.h"

namespace headroom {

class NaiveErrors {
 public:
  // Quantiles in the units of the truth, for an origin that has a value. Origins ascend.
  ScoredQuantiles at(std::int64_t origin, const Truth& truth, ScoredTarget target);

 private:
  ErrorWindow errors_;
  std::int64_t next_ = -1;  // the first origin whose error was not looked at
};

}  // namespace headroom
