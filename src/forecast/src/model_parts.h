// What a GlobalModel is made of; seen by the trainer and the file format only.
#pragma once

#include <vector>

#include "bins.h"
#include "ensemble.h"
#include "headroom/forecast/global_model.h"
#include "net.h"

namespace headroom {

// Where one caller predicts; grows to its size once.
struct PredictionRoom {
  CodeBlock block;
  LeafNumbers numbers;
  BlockQuantiles head;
  NetScratch scratch;
  std::vector<GlobalModel::Quantiles> of_trees, of_net;  // heads x kBatch
};

// A weighted mean of quantiles, level by level.
GlobalModel::Quantiles mixed(const GlobalModel::Quantiles& trees, const GlobalModel::Quantiles& net, float net_share);

struct ModelParts {
  ModelInfo info;
  Bins bins;
  std::vector<Ensemble> heads;    // values by horizon, then peaks by horizon without the one of one step
  Net net;                        // of all heads; may be empty
  std::vector<float> net_share;   // by head: how much the net counts beside the trees, 0..1

  // What trees and net say of up to kBatch rows, each for itself.
  void predict_apart(std::span<const float> features, PredictionRoom& room, std::span<const std::size_t> wanted = {}) const;
  // As GlobalModel::predict().
  void predict(std::span<const float> features, PredictionRoom& room, std::span<GlobalModel::Quantiles> z,
               std::span<const std::size_t> wanted = {}) const;

 private:
  // Calls visit(head) for the heads wanted, or for all when none is named.
  template <class Visit>
  void for_wanted(std::span<const std::size_t> wanted, Visit visit) const {
    for (std::size_t head : wanted) visit(head);
    for (std::size_t head = 0; wanted.empty() && head < heads.size(); ++head) visit(head);
  }
};

}  // namespace headroom
