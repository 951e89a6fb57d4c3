// Whether the model still fits the fleet it forecasts for. Two measures, on the sampled VMs (live_accuracy.h):
//
//   loss   of the model alone over that of no model, beside what its card promises of held-out time: the mean over heads
//   lean   how far the online calibration has to move the model's quantiles: the mean of |theta|, in z
//
// The alarm rises when the loss is a quarter over the card or the lean over 0.6, and falls when the loss is less than 15 %
// over it and the lean under 0.5; in between it stays as it is. Nothing is said before some hundred truths a head are known,
// so a model that takes over is given that long.
//
// Threads: none inside; one owner. Errors: none.
#pragma once

#include <string>

#include "headroom/forecast/global_model.h"
#include "headroom/forecast/live_accuracy.h"

namespace headroom {

struct Drift {
  bool raised = false;
  bool known = false;          // whether there is enough to tell
  double loss_over_card = 1;
  double lean = 0;
  std::string text;            // a sentence
};

class DriftAlarm {
 public:
  explicit DriftAlarm(const ModelInfo& card) { use(card); }

  void use(const ModelInfo& card);             // another model: the alarm falls, and measuring begins anew
  const Drift& update(const LiveReport& report);
  const Drift& drift() const { return drift_; }

 private:
  std::vector<HeadScore> card_;
  Drift drift_;
};

}  // namespace headroom
