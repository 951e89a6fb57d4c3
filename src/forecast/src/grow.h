// Grows the trees of one head.
#pragma once

#include <functional>
#include <span>

#include "ensemble.h"
#include "headroom/base/result.h"
#include "headroom/forecast/train.h"

namespace headroom {

// `blocks` hold the bin codes of the rows, kBlockRows each, and `z` one known target a row.
struct HeadRows {
  std::vector<CodeBlock> blocks;
  std::vector<float> z;
};
struct GrowingSet : HeadRows {
  std::vector<float> bins;  // rows x kFeatureCount, freed once XGBoost has copied it
};

// Grows until `options.trees`, or until trees no longer help on `held_out` (with too few rows there: to the end), and
// keeps as many as did best there. `go_on` is asked before each tree.
Result<Ensemble> grow_head(GrowingSet& set, const HeadRows& held_out, const TrainOptions& options, std::uint64_t seed,
                           const std::function<bool()>& go_on);

}  // namespace headroom
