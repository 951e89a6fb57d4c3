// A ridge regression on lags after the pattern of OneDRS's default forecaster (OpenNebula, pyoneai): for each series and
// target a direct model on the newest samples; the number of lags and the penalty are tuned on the newest fifth of them,
// the best is fitted again on all. Written here from that description; nothing of theirs is used.
//
// As theirs: 120 rows, lags up to 40, penalties .1 to 1000 in the units people count in, no season, no other series.
// Otherwise: fitted every hour rather than at every call, all numbers of lags on the same rows, forecasts within
// [0, ceiling] and with bands (point_model.h), of which theirs has none.
#pragma once

#include <unordered_map>

#include "point_model.h"

namespace headroom::bench {

// Minimises |y - b0 - X b|^2 + penalty |b|^2 from sums over rows, as used below: `sums` is the (n + 2) x (n + 2) matrix of
// products of the columns x_1..x_n, 1, y, row by row. Gives b_1..b_n, b0; nothing where the system is singular.
std::vector<double> solve_ridge(std::span<const double> sums, std::size_t n, double penalty);

class LagRidge final : public PointModel {
 public:
  explicit LagRidge(std::vector<ScoredTarget> targets) : targets_(std::move(targets)) {}
  void points(std::span<const Past> past, std::span<float> points) override;

 private:
  struct Fitted {
    std::size_t lags = 0;             // 0: not yet
    std::vector<double> weights;      // newest lag first, then the constant; in units of usual_unit()
    std::size_t at = 0;               // how many values there were
  };
  static Fitted fit(const Past& past, const ScoredTarget& target);
  static float point(const Fitted& fitted, const Past& past);

  std::vector<ScoredTarget> targets_;
  std::unordered_map<std::size_t, std::vector<Fitted>> fitted_;  // by series, [target]
};

}  // namespace headroom::bench
