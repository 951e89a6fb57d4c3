// Online quantile tracking: makes each series' own quantiles right, whatever the global model got wrong about it.
//
// For each head and level an offset theta in z (features.h): q' = q + theta. When a target becomes known,
//     theta += eta (p - [y <= q'])
// (adaptive conformal inference as in Gibbs and Candes 2021, on quantiles as in Angelopoulos et al. 2023). Delayed by the
// horizon, clamped, frozen in gaps and where the truth is unknown: a stalled target only tells that demand was above
// what was seen.
//
// Forecasts waiting for their truth are kept for one origin in every max(1, h/8) steps, so the state stays small (about
// 4 KB a series with nine heads) for any horizon. Threads: one owner.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "headroom/forecast/series.h"
#include "headroom/model/band.h"
#include "rows.h"

namespace headroom {

using ZBand = std::array<float, kLevelCount>;

class Calibration {
 public:
  explicit Calibration(std::size_t heads) : heads_(heads) {}

  // Adds the offsets to a head's raw quantiles and puts them in order.
  void apply(std::size_t head, ZBand& z) const;
  // Remembers what was said (after apply) of an origin, the newest step of `series`; call once a step and head.
  void said(std::size_t head, const Head& what, const Series& series, std::int64_t step, const ZBand& z);
  // Learns from every remembered forecast whose target is now known. Call after each step that was pushed.
  void learn(std::size_t head, const Head& what, const Series& series, std::int64_t step);

 private:
  static constexpr std::size_t kPending = 9;
  struct Said {
    std::int64_t origin = -1;  // step
    float now = 0, scale = 1;
    ZBand z{};
  };
  struct HeadState {
    std::array<float, kLevelCount> theta{};
    std::array<Said, kPending> pending{};
    std::size_t next = 0;
  };
  static void update(HeadState& head, const Said& said, float truth, bool at_least);

  std::vector<HeadState> heads_;
};

}  // namespace headroom
