// The training table: sampled rows of features, and for each head the target in z (NaN where it is not known).
#pragma once

#include <cstdint>
#include <vector>

#include "headroom/forecast/train.h"

namespace headroom {

struct Head {
  int steps = 1;
  bool peak = false;
};
std::vector<Head> heads_of(const std::vector<int>& horizon_steps);

// Rows of the held-out days are never grown from. Of every second VM they tell how many trees a head should have, of the
// others they score the result: a score of the rows that had a say would flatter.
enum class RowUse : std::uint8_t { kGrow, kStop, kScore };

struct TrainingRows {
  std::size_t count = 0;
  std::vector<float> features;           // count x kFeatureCount
  std::vector<float> targets;            // count x heads
  std::vector<RowUse> use;               // by row
  std::uint64_t vms = 0;
  Instant from, to;                      // of the steps seen
};

Result<TrainingRows> sample_rows(const TrainingSource& source, const TrainOptions& options,
                                 const std::vector<Head>& heads);

}  // namespace headroom
