// Enters what became of forecasts into the live accuracy: quantiles in z are judged as they were given, that is sorted and
// never below zero.
//
// Threads: none inside; one owner. Errors: none.
#pragma once

#include <vector>

#include "calibration.h"
#include "headroom/forecast/global_model.h"
#include "headroom/forecast/live_accuracy.h"
#include "witness.h"

namespace headroom {

class Ledger {
 public:
  // base: what the model in force says of each head while it knows nothing.
  Ledger(const std::vector<Head>& heads, Duration step, std::vector<GlobalModel::Quantiles> base);

  // Another model is in force from here on: the losses of models begin anew.
  void use(std::vector<GlobalModel::Quantiles> base);
  void another_rival() { accuracy_.forget_rival(); }
  // Each of `judged`, of one series at `step`; `witness` may be null.
  void enter(Resource resource, std::int64_t step, std::span<const Judgement> judged, Witness* witness);
  LiveReport report() const { return accuracy_.report(); }
  const std::vector<GlobalModel::Quantiles>& base() const { return base_; }   // by head

 private:
  LiveAccuracy accuracy_;
  std::vector<GlobalModel::Quantiles> base_;
};

}  // namespace headroom
