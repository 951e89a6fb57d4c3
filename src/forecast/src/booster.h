// The one place that speaks to XGBoost: grows one tree at a time on gradients that the caller supplies.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ensemble.h"
#include "headroom/base/result.h"

namespace headroom {

struct BoosterOptions {
  int depth = kTreeDepth;
  int min_leaf_rows = 150;
  std::uint64_t seed = 1;
  double feature_share = 1;  // of the features a tree may use
};

class Booster {
 public:
  // `bins`: rows x kFeatureCount bin numbers as floats, NaN where missing; copied.
  static Result<std::unique_ptr<Booster>> create(std::span<const float> bins, const BoosterOptions& options);
  ~Booster();
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;

  // Grows the next tree on one gradient a row (the second derivative is one).
  Result<TreeShape> grow(std::vector<float>& gradients);
  // XGBoost's own leaf for each row of the newest tree, as its node id; for tests.
  Result<std::vector<float>> leaf_ids();
  // All trees so far as XGBoost's own JSON; for tests.
  Result<std::string> json();

 private:
  Booster() = default;
  void* data_ = nullptr;
  void* booster_ = nullptr;
  int trees_ = 0;
  std::size_t rows_ = 0;
  std::vector<float> ones_;
};

}  // namespace headroom
