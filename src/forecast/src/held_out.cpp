#include "held_out.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

constexpr std::size_t kShares = 11;  // that are tried: 0, .1, ... 1

// Calls visit(rows, features, room) with the numbers of up to kBatch rows of one use at a time.
template <class Visit>
void by_batch(const TrainingRows& rows, RowUse use, Visit visit) {
  std::vector<std::size_t> batch;
  std::vector<float> features(GlobalModel::kBatch * kFeatureCount);
  for (std::size_t row = 0; row < rows.count; ++row) {
    if (rows.use[row] == use) {
      std::copy_n(&rows.features[row * kFeatureCount], kFeatureCount, &features[batch.size() * kFeatureCount]);
      batch.push_back(row);
    }
    if (batch.size() < GlobalModel::kBatch && row + 1 < rows.count) continue;
    if (!batch.empty()) visit(batch, std::span<const float>(features).first(batch.size() * kFeatureCount));
    batch.clear();
  }
}

double loss_of(const GlobalModel::Quantiles& z, float y) {
  double loss = 0;
  for (std::size_t l = 0; l < kLevelCount; ++l) loss += pinball(kLevels[l], y - z[l]);
  return loss;
}

}  // namespace

std::vector<HeldOut> judge(const ModelParts& parts, const TrainingRows& rows) {
  const std::size_t heads = parts.heads.size();
  std::vector<HeldOut> sums(heads);
  PredictionRoom room;
  std::vector<GlobalModel::Quantiles> z(heads * GlobalModel::kBatch);
  by_batch(rows, RowUse::kScore, [&](const std::vector<std::size_t>& batch, std::span<const float> features) {
    parts.predict(features, room, z);
    for (std::size_t head = 0; head < heads; ++head) {
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const float y = rows.targets[batch[i] * heads + head];
        if (std::isnan(y)) continue;
        const auto& quantiles = z[head * GlobalModel::kBatch + i];
        HeldOut& sum = sums[head];
        ++sum.targets;
        sum.loss += loss_of(quantiles, y);
        sum.base_loss += loss_of(parts.heads[head].base, y);
        for (std::size_t l = 0; l < kLevelCount; ++l) sum.below[l] += y <= quantiles[l] ? 1 : 0;
      }
    }
  });
  return sums;
}

std::vector<float> best_net_shares(const ModelParts& parts, const TrainingRows& rows) {
  const std::size_t heads = parts.heads.size();
  std::vector<std::array<double, kShares>> loss(heads);
  std::vector<std::size_t> targets(heads);
  PredictionRoom room;
  const auto share = [](std::size_t k) { return static_cast<float>(k) / (kShares - 1); };
  by_batch(rows, RowUse::kStop, [&](const std::vector<std::size_t>& batch, std::span<const float> features) {
    parts.predict_apart(features, room);
    for (std::size_t head = 0; head < heads; ++head) {
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const float y = rows.targets[batch[i] * heads + head];
        if (std::isnan(y)) continue;
        ++targets[head];
        const std::size_t at = head * GlobalModel::kBatch + i;
        for (std::size_t k = 0; k < kShares; ++k) loss[head][k] += loss_of(mixed(room.of_trees[at], room.of_net[at], share(k)), y);
      }
    }
  });
  std::vector<float> shares(heads, 0.5F);
  for (std::size_t head = 0; head < heads; ++head)
    if (targets[head] >= kTargetsUntilSure)
      shares[head] = share(static_cast<std::size_t>(std::min_element(loss[head].begin(), loss[head].end()) - loss[head].begin()));
  return shares;
}

Result<std::vector<HeadLoss>> held_out_losses(const GlobalModel& model, const TrainingSet& set) {
  if (model.info().step != set.step() || model.info().horizon_steps != set.horizon_steps())
    return invalid("the model has another step or other horizons than the rows it is to be judged on");
  const std::vector<Head> heads = heads_of(set.horizon_steps());
  const std::vector<HeldOut> sums = judge(model.parts(), set.rows());
  std::vector<HeadLoss> losses;
  for (std::size_t head = 0; head < heads.size(); ++head) {
    const double terms = static_cast<double>(sums[head].targets) * kLevelCount;
    losses.push_back({heads[head].steps, heads[head].peak, sums[head].targets, sums[head].targets == 0 ? 0 : sums[head].loss / terms});
  }
  return losses;
}

}  // namespace headroom
