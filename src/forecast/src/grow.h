// Grows the trees of one head.
#pragma once

#include <functional>
#include <span>

#include "ensemble.h"
#include "headroom/base/result.h"
#include "headroom/forecast/train.h"

namespace headroom {

// `blocks` hold the bin codes of the rows, kBlockRows each, and `z` one known target a row.
struct GrowingSet {
  std::vector<CodeBlock> blocks;
  std::vector<float> bins;  // rows x kFeatureCount, freed once XGBoost has copied it
  std::vector<float> z;
};

Result<Ensemble> grow_head(GrowingSet& set, const TrainOptions& options, std::uint64_t seed,
                           const std::function<bool()>& go_on);

}  // namespace headroom
