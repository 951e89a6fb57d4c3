// A simple forecaster beside the model, for one series: what was, will be, with quantiles of the change in z that are tracked
// online as calibration.h tracks the model's (they begin as those over all series). Where it has clearly lost less than
// the calibrated model over enough judgements, its word is given instead, head by head:
//
//   to the last value     its running loss is under 0.85 of the model's
//   back to the model     it is over 0.93 of the model's
//   neither               before the judgements of three days, and of four horizons, are in
//
// (At 0.93 and 0.97 it spoke in one head of the 400 that 20 VMs of August are scored by, and lost 8 % more there: a few days'
// lead may be luck. So it is kept for clear cases.)
//
// Running losses are forgotten with a time constant of four days. Honest about delay: what is said, and which of both is
// used, changes only at the border of an epoch (an hour, or the horizon where that is longer), and each epoch is kept until
// the last forecast made in it is judged; so what is judged is what was known at the origin.
//
// Threads: none inside; one owner. State: 88 bytes a head. Errors: none.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calibration.h"
#include "headroom/forecast/global_model.h"

namespace headroom {

class Fallback {
 public:
  using Quantiles = GlobalModel::Quantiles;

  // start: what to say of each head at first. Borrows the heads.
  Fallback(const std::vector<Head>& heads, std::span<const Quantiles> start);

  // To be told before a forecast from `origin`: whether the last value is to be used.
  bool chosen(std::size_t head, std::int64_t origin);
  Quantiles quantiles(std::size_t head) const;   // what it says, as of that
  float excess(std::size_t head) const;          // how much more the model lost here lately, as a share

  // Learns from the judgement. Where the last value was used at its origin, what was given was not the model's word: the
  // judgement is told so.
  void judge(Judgement& judgement);

 private:
  using Packed = std::array<std::int16_t, kLevelCount>;
  struct HeadState {
    Quantiles tracked{};
    Packed now{}, before{};         // of this epoch and the one before
    std::int32_t epoch = -2;
    bool chosen_now = false, chosen_before = false, has_before = false;
    float loss = 0, model_loss = 0, judgements = 0;   // forgotten with time
  };
  bool decide(const HeadState& state, const Head& head) const;

  const std::vector<Head>* heads_;
  std::vector<HeadState> state_;
};

}  // namespace headroom
