#include "held_out.h"

#include <algorithm>
#include <cmath>

#include "model_parts.h"

namespace headroom {
namespace {

double pinball(double p, double error) { return std::max(p * error, (p - 1) * error); }

}  // namespace

HeldOut judge(const Bins& bins, const Ensemble& ensemble, const TrainingRows& rows, std::size_t head) {
  const std::size_t heads = rows.count == 0 ? 0 : rows.targets.size() / rows.count;
  const auto target = [&](std::size_t row) { return rows.targets[row * heads + head]; };
  std::vector<std::size_t> judged;
  for (std::size_t row = 0; row < rows.count; ++row)
    if (rows.held_out[row] != 0 && !std::isnan(target(row))) judged.push_back(row);
  HeldOut sum;
  sum.targets = judged.size();
  CodeBlock block;
  LeafNumbers numbers;
  BlockQuantiles z;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (i % kBlockRows == 0) {
      for (std::size_t k = i; k < std::min(i + kBlockRows, judged.size()); ++k)
        for (std::size_t f = 0; f < kFeatureCount; ++f)
          Bins::encode_bin(bins.bin(f, rows.features[judged[k] * kFeatureCount + f]), f, k - i, block);
      predict(ensemble, block, numbers, z);
    }
    const float y = target(judged[i]);
    for (std::size_t l = 0; l < kLevelCount; ++l) {
      sum.loss += pinball(kLevels[l], y - z[i % kBlockRows][l]);
      sum.base_loss += pinball(kLevels[l], y - ensemble.base[l]);
      sum.below[l] += y <= z[i % kBlockRows][l] ? 1 : 0;
    }
  }
  return sum;
}

Result<std::vector<HeadLoss>> held_out_losses(const GlobalModel& model, const TrainingSet& set) {
  if (model.info().step != set.step() || model.info().horizon_steps != set.horizon_steps())
    return invalid("the model has another step or other horizons than the rows it is to be judged on");
  const std::vector<Head> heads = heads_of(set.horizon_steps());
  std::vector<HeadLoss> losses;
  for (std::size_t head = 0; head < heads.size(); ++head) {
    const HeldOut sum = judge(model.parts().bins, model.parts().heads[head], set.rows(), head);
    const double terms = static_cast<double>(sum.targets) * kLevelCount;
    losses.push_back({heads[head].steps, heads[head].peak, sum.targets, sum.targets == 0 ? 0 : sum.loss / terms});
  }
  return losses;
}

}  // namespace headroom
