#include "model_parts.h"

#include <algorithm>

namespace headroom {

void ModelParts::predict_apart(std::span<const float> features, PredictionRoom& room, std::span<const std::size_t> wanted) const {
  const std::size_t rows = features.size() / kFeatureCount;
  room.of_trees.resize(heads.size() * GlobalModel::kBatch);
  bins.encode(features.data(), rows, room.block);
  for_wanted(wanted, [&](std::size_t head) {
    headroom::predict(heads[head], room.block, room.numbers, room.head);
    std::copy_n(room.head.begin(), rows, &room.of_trees[head * GlobalModel::kBatch]);
  });
  if (net.empty()) return;
  room.of_net.resize(room.of_trees.size());
  headroom::predict(net, features, room.scratch, room.of_net, wanted);
}

void ModelParts::predict(std::span<const float> features, PredictionRoom& room, std::span<GlobalModel::Quantiles> z,
                         std::span<const std::size_t> wanted) const {
  const std::size_t rows = features.size() / kFeatureCount;
  predict_apart(features, room, wanted);
  for_wanted(wanted, [&](std::size_t head) {
    const std::size_t first = head * GlobalModel::kBatch;
    const float share = net.empty() ? 0 : net_share[head];
    for (std::size_t i = first; i < first + rows; ++i) {
      z[i] = room.of_trees[i];
      if (share > 0) z[i] = mixed(room.of_trees[i], room.of_net[i], share);
    }
  });
}

GlobalModel::Quantiles mixed(const GlobalModel::Quantiles& trees, const GlobalModel::Quantiles& net, float net_share) {
  GlobalModel::Quantiles z;
  for (std::size_t l = 0; l < kLevelCount; ++l) z[l] = trees[l] + net_share * (net[l] - trees[l]);
  return z;
}

}  // namespace headroom
