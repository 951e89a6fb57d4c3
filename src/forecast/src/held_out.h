// Judges one head on the rows that were held out. The trainer's score and the comparison of two models are this one sum.
#pragma once

#include "ensemble.h"
#include "rows.h"

namespace headroom {

struct HeldOut {
  std::size_t targets = 0;                     // held-out rows whose target is known
  double loss = 0;                             // pinball loss in z, summed over targets and levels
  double base_loss = 0;                        // of the quantiles before any tree
  std::array<double, kLevelCount> below{};     // targets at or below each quantile
};

// `head` is a column of the rows' targets.
HeldOut judge(const Bins& bins, const Ensemble& ensemble, const TrainingRows& rows, std::size_t head);

}  // namespace headroom
