// The second step of calibration: a series' quantiles, read at levels of its own. What is given at level p is what the
// sorted quantiles say at p', logit p' = logit p + shift, and the shift learns from whether the truth fell below:
// shift += eta * (p - [z < q]) (Gibbs and Candes 2021, on levels instead of quantiles). A truth on the quantile itself (idle
// VMs sit on zero) is right whatever the shift, and lets it return towards none.
//
// Why after the first (calibration.h): there each quantile is right by itself, and where they cross, sorting gives each
// level the answer of another; bursts between long zeros had 95 % under their 90 %. Levels do not cross but by a shift, and
// move with the width that the model sees coming. Why not alone: what lies beyond all quantiles no level reaches.
//
// Coverage can be right at the cost of sharpness (a load that alternates, foreseen in one of its states and not in the
// other), so the shifts are given only where they have not cost more than a fiftieth of the loss of late.
#pragma once

#include <array>
#include <cstdint>

#include "headroom/model/band.h"

namespace headroom {

struct Judgement;

class LevelShifts {
 public:
  using Quantiles = std::array<float, kLevelCount>;
  using Packed = std::array<std::int8_t, kLevelCount>;   // in 64ths of a logit

  // To be given; none where they cost too much.
  Packed given() const;
  // `sorted` is what was said at the judgement's origin, before shifting; judged as it would be shifted today, which lags
  // less behind than what was given then. `remembered`: what is left of a loss from one judgement to the next.
  void learn(const Quantiles& sorted, const Judgement& judgement, float remembered);

 private:
  Packed packed() const;

  std::array<float, kLevelCount> shift_{};
  float loss_ = 0, plain_loss_ = 0;   // running sums, with the shifts and without
};

// `sorted` read at the shifted levels: ascending, interpolated between neighbours' logits and continued beyond the ends.
LevelShifts::Quantiles shifted(const LevelShifts::Quantiles& sorted, const LevelShifts::Packed& shifts);

}  // namespace headroom
