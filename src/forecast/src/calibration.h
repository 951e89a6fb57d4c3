// Online quantile tracking for one series: each head's quantile at each level is moved by theta in z (features.h), and
// theta learns from whether the truth fell below: theta += eta * (p - [z <= q]), once the truth is known, `steps` later
// (Gibbs and Candes 2021, "Adaptive conformal inference under distribution shift", in the form on quantiles).
//
// Why in z: near the newest value it counts in scales, far from it in shares, so long tails move as fast as short
// ones. And in z a quantile may pass below zero, so that theta settles there for a VM that sits on exact zeros, where
// a capped quantile could only tie. (Tried in units of the band's width: twice the loss.)
//
// Then the levels at which the sorted quantiles are read are shifted (level_shifts.h).
//
// Frozen while the truth is unknown (gaps; a held-back demand that stayed under the quantile). Long horizons are judged
// twelve times a horizon, since neighbouring forecasts share their truth; that bounds the state: 2.8 KB for horizons of
// 1, 3, 12, 72 and 288 steps. What was issued waits for its truth as 16-bit whole numbers of a 1024th in z, with the shifts.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "headroom/forecast/series.h"
#include "headroom/model/band.h"
#include "level_shifts.h"
#include "rows.h"

namespace headroom {

// Where demand ends, in z of an origin.
struct Ground {
  float zero = 0, nothing = 0;   // nothing: what is next to it, Series::next_to_nothing()
  static Ground of(double now, double scale, double next_to_nothing);
};

// Of quantiles in z: sorted, never below zero, and zero where next to it.
std::array<float, kLevelCount> as_given(std::array<float, kLevelCount> z, const Ground& ground);

// A forecast of one head whose truth has become known.
struct Judgement {
  std::size_t head = 0;
  std::int64_t origin = 0;
  float truth = 0;          // in z of the origin; of what was held back, what it was lifted to
  float at_least = 0;       // the same, of what was held back what it was at least
  bool held_back = false;   // so that the truth is not known
  Ground ground;            // of the origin
  std::array<float, kLevelCount> z{};   // as given at the origin
};

// Moves each of `tracked` a step towards its share of truths below, as `said` has just been judged; within +-most.
void track(std::array<float, kLevelCount>& tracked, const std::array<float, kLevelCount>& said, const Judgement& judgement, float most);

// Every so manieth origin of a head is judged.
int judging_stride(const Head& head);

// A running loss forgets with this time constant, in steps; what is left of it from one judgement of a head to the next.
inline constexpr double kLossForgetting = 4 * kStepsPerDay;
float loss_remembered(const Head& head);

// Where a calibration keeps what it knows of each head; one for all series that are forecast by the same heads.
class CalibrationPlan {
 public:
  explicit CalibrationPlan(const std::vector<Head>& heads);

 private:
  friend class Calibration;
  // Of every `stride`th origin, the newest `kept` are waiting for their truth; in places from `first` on.
  struct Waiting {
    int stride = 1, kept = 0;
    std::size_t first = 0;
  };
  struct OfHead {
    Head head;
    Waiting issued;
    std::size_t origins;  // which of origins_
    float remembered;     // of a loss, from one judgement to the next
  };
  std::vector<OfHead> heads_;
  std::vector<Waiting> origins_;  // shared by the heads of one stride
  std::size_t issued_places_ = 0, origin_places_ = 0;
};

class Calibration {
 public:
  using Quantiles = std::array<float, kLevelCount>;

  explicit Calibration(const CalibrationPlan& plan);  // which must outlive it

  // A step was pushed to `series` (number `step`): judges the forecasts that were about it, and adds them to `judged`.
  void settle(const Series& series, std::int64_t step, bool stalled, std::vector<Judgement>& judged);
  float theta(std::size_t head, std::size_t level) const { return thetas_[head][level]; }
  struct Given {
    Quantiles z;      // ascending, and zero where next to it
    bool judged;      // its truth will be asked for
  };
  // Calibrates what the model says of a head at `origin`, the step settled last.
  Given give(std::size_t head, std::int64_t origin, const Series& series, const Ground& ground, const Quantiles& model);

 private:
  using Waiting = CalibrationPlan::Waiting;
  struct Origin {
    float now = 0, scale = 1;
  };
  // Theta added, each quantile as its own theta made it. (Judged after sorting, a theta no longer answers for its own
  // quantile, and winds up.)
  struct Issued {
    std::array<std::int16_t, kLevelCount> z;
    LevelShifts::Packed shifts;
  };
  bool issue(const CalibrationPlan::OfHead& of, std::int64_t origin, const Series& series, const Quantiles& moved,
             const LevelShifts::Packed& shifts);
  // An origin has the place of the one whose truth has just become known.
  static std::size_t place_of(const Waiting& waiting, std::int64_t origin) {
    return waiting.first + static_cast<std::size_t>(origin / waiting.stride % waiting.kept);
  }
  void forget_issued();

  const CalibrationPlan* plan_;
  std::unique_ptr<Quantiles[]> thetas_;      // by head
  std::unique_ptr<LevelShifts[]> shifts_;    // by head
  std::unique_ptr<Origin[]> origins_;
  std::unique_ptr<Issued[]> issued_;
  std::int64_t newest_ = -1, last_stall_ = -1;  // steps
};

}  // namespace headroom
