// Online quantile tracking for one series: each head's quantile at each level is moved by theta units, and theta
// learns from whether the truth fell below: theta += eta * (p - [y <= q]), once the truth is known, `steps` later
// (Gibbs and Candes 2021, "Adaptive conformal inference under distribution shift", in the form on quantiles).
//
// Frozen while the truth is unknown (gaps; a held-back demand that stayed under the quantile). A tie teaches nothing:
// an idle VM sits on its quantile exactly. Long horizons are judged twelve times a horizon, since neighbouring
// forecasts share their truth; that bounds the state.
#pragma once

#include <cstdint>
#include <vector>

#include "headroom/model/band.h"
#include "rows.h"

namespace headroom {

class Series;

class Calibration {
 public:
  explicit Calibration(const std::vector<Head>& heads);

  // A step was pushed to `series` (number `step`): judges the forecasts that were about it.
  void settle(const Series& series, std::int64_t step, bool stalled);
  float theta(std::size_t head, std::size_t level) const { return heads_[head].theta[level]; }
  // The final band of `head` given at `origin`.
  void issued(std::size_t head, std::int64_t origin, const Band& band);

 private:
  struct Issued {
    std::int64_t origin = -1;
    Band band;
  };
  struct HeadState {
    Head head;
    int stride = 1;
    std::array<float, kLevelCount> theta{};
    std::vector<Issued> waiting;
  };
  void judge(HeadState& state, const Band& band, double truth, bool lower_bound);

  std::vector<HeadState> heads_;
  std::int64_t last_stall_ = -1;
};

}  // namespace headroom
