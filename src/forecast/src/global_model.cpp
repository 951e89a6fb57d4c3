#include "headroom/forecast/global_model.h"

#include "headroom/base/check.h"
#include "model_parts.h"

namespace headroom {

struct GlobalModel::Workspace::Room : PredictionRoom {};

GlobalModel::Workspace::Workspace() : room_(std::make_unique<Room>()) {}
GlobalModel::Workspace::~Workspace() = default;

Horizons ModelInfo::horizons() const {
  Horizons horizons;
  for (int steps : horizon_steps) horizons.push_back(steps * step);
  return horizons;
}

GlobalModel::GlobalModel(ModelParts parts) : parts_(std::make_unique<const ModelParts>(std::move(parts))) {
  const auto& steps = info().horizon_steps;
  HEADROOM_CHECK(!steps.empty(), "a model has a horizon");
  const std::size_t shared = steps.front() == 1 ? 1 : 0;
  HEADROOM_CHECK(heads() == 2 * steps.size() - shared, "a model has a head per horizon and target");
}
GlobalModel::~GlobalModel() = default;

const ModelInfo& GlobalModel::info() const { return parts_->info; }
std::size_t GlobalModel::heads() const { return parts_->heads.size(); }

const GlobalModel::Quantiles& GlobalModel::unconditional(std::size_t head) const { return parts_->heads[head].base; }

std::size_t GlobalModel::peak_head(std::size_t horizon) const {
  const auto& steps = info().horizon_steps;
  if (steps.front() != 1) return steps.size() + horizon;
  return horizon == 0 ? 0 : steps.size() + horizon - 1;
}

void GlobalModel::predict(std::span<const float> features, Workspace& workspace, std::span<Quantiles> z,
                          std::span<const std::size_t> wanted) const {
  const std::size_t rows = features.size() / kFeatureCount;
  HEADROOM_CHECK(rows <= kBatch && z.size() >= heads() * kBatch, "predict() takes one batch and has room for it");
  parts_->predict(features, *workspace.room_, z, wanted);
}

}  // namespace headroom
