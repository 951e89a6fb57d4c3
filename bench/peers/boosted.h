// Gradient boosting as one would set it up with XGBoost in an afternoon: one regressor a target (reg:squarederror, depth 6,
// a step of 0.1, 110 rounds) over all series, on lags, rolling means and spreads, the time of day, and the value a day
// before. It is given our target, asinh of the change in scales: squared error on raw loads would see a few disks only.
//
// Trained once, on samples of [from, to); afterwards it is asked only. Rows: series and origins drawn by a seed.
#pragma once

#include <memory>

#include "headroom/base/result.h"
#include "headroom/trace/fleet.h"
#include "point_model.h"

namespace headroom::bench {

struct BoostedOptions {
  Instant from, to;              // multiples of the fleet's step
  std::size_t rows = 200'000;    // about so many, of those there are
  int rounds = 110;
  std::uint64_t seed = 1;
};

class Boosted final : public PointModel {
 public:
  static Result<std::unique_ptr<Boosted>> train(const Fleet& fleet, std::vector<ScoredTarget> targets,
                                                const BoostedOptions& options);
  ~Boosted() override;

  void points(std::span<const Past> past, std::span<float> points) override;
  std::size_t trained_rows() const { return rows_; }

 private:
  explicit Boosted(std::vector<ScoredTarget> targets) : targets_(std::move(targets)) {}
  Result<void> fit(std::span<const float> features, std::span<const float> z, const BoostedOptions& options);

  std::vector<ScoredTarget> targets_;
  std::vector<void*> regressors_;  // XGBoost's, one a target
  std::size_t rows_ = 0;
};

}  // namespace headroom::bench
