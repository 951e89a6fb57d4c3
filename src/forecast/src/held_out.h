// Judges a model on the rows that were held out. The trainer's score and the comparison of two models are this one sum.
#pragma once

#include <algorithm>

#include "model_parts.h"
#include "rows.h"

namespace headroom {

// error: the truth less the quantile of level p.
inline double pinball(double p, double error) { return std::max(p * error, (p - 1) * error); }

struct HeldOut {
  std::size_t targets = 0;                     // held-out rows whose target is known
  double loss = 0;                             // pinball loss in z, summed over targets and levels
  double base_loss = 0;                        // of the quantiles before any tree
  std::array<double, kLevelCount> below{};     // targets at or below each quantile
};

// On the rows that score; one a head.
std::vector<HeldOut> judge(const ModelParts& parts, const TrainingRows& rows);

// How much the net should count beside the trees in each head: what loses least on the rows that stop. Half, where those
// are too few to tell.
std::vector<float> best_net_shares(const ModelParts& parts, const TrainingRows& rows);

}  // namespace headroom
