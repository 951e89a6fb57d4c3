// Online quantile tracking for one series: each head's quantile at each level is moved by theta in z (features.h), and
// theta learns from whether the truth fell below: theta += eta * (p - [z <= q]), once the truth is known, `steps` later
// (Gibbs and Candes 2021, "Adaptive conformal inference under distribution shift", in the form on quantiles).
//
// Why in z: near the newest value it counts in scales, far from it in shares, so long tails move as fast as short
// ones. And in z a quantile may pass below zero, so that theta settles there for a VM that sits on exact zeros, where
// a capped quantile could only tie. (Tried in units of the band's width: twice the loss.)
//
// Frozen while the truth is unknown (gaps; a held-back demand that stayed under the quantile). Long horizons are judged twelve times a horizon, since neighbouring
// forecasts share their truth; that bounds the state.
#pragma once

#include <cstdint>
#include <vector>

#include "headroom/model/band.h"
#include "rows.h"

namespace headroom {

class Series;

// A forecast of one head whose truth has become known.
struct Judgement {
  std::size_t head = 0;
  std::int64_t origin = 0;
  float truth = 0;          // in z of the origin; of what was held back, what it was lifted to
  float at_least = 0;       // the same, of what was held back what it was at least
  bool held_back = false;   // so that the truth is not known
  float now = 0, scale = 1; // at the origin
  std::array<float, kLevelCount> z{};   // as issued()
};

// How a band is made of quantiles in z, but for its caps: sorted, never below zero, and zero where next to it.
inline constexpr double kNextToNothing = 0.05;   // scales
std::array<float, kLevelCount> as_given(std::array<float, kLevelCount> z, const Judgement& judgement);

// Moves each of `tracked` a step towards its share of truths below, as `said` has just been judged; within +-most.
void track(std::array<float, kLevelCount>& tracked, const std::array<float, kLevelCount>& said, const Judgement& judgement, float most);

// Every so manieth origin of a head is judged.
int judging_stride(const Head& head);

class Calibration {
 public:
  using Quantiles = std::array<float, kLevelCount>;

  explicit Calibration(const std::vector<Head>& heads);

  // A step was pushed to `series` (number `step`): judges the forecasts that were about it, and adds them to `judged`.
  void settle(const Series& series, std::int64_t step, bool stalled, std::vector<Judgement>& judged);
  float theta(std::size_t head, std::size_t level) const { return heads_[head].theta[level]; }
  // The quantiles given at `origin`: theta added, each as its own theta made it: neither
  // sorted nor capped. (Judged after sorting, a theta no longer answers for its own quantile, and winds up.) Whether they
  // will be judged.
  bool issued(std::size_t head, std::int64_t origin, const Series& series, const Quantiles& z);

 private:
  struct Issued {
    std::int64_t origin = -1;
    float now = 0, scale = 1;
    Quantiles z{};
  };
  struct HeadState {
    Head head;
    int stride = 1;
    Quantiles theta{};
    std::vector<Issued> waiting;
  };

  std::vector<HeadState> heads_;
  std::int64_t last_stall_ = -1;
};

}  // namespace headroom
