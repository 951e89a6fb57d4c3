// How good the forecasts have been lately, measured while they are made: whenever the truth of one becomes known it is
// counted, per resource and head (a horizon, value or peak), pooled over the fleet and forgotten with a time constant of
// two days. So much is counted:
//
//   of every series      the share of truths below each quantile that was given, and the pinball loss of what was given
//   of a sample of VMs   the loss of the model alone (before the online calibration), of a rival model if there is one, of
//                        no model at all (the unconditional quantiles the model began from), and how often the limit was
//                        passed beside the chance that was given for it
//
// A truth that sits exactly on its bound (idle VMs sit on exact zeros) is held in part: several levels say the same number,
// each promises to hold its own share of it, and the truth is spread evenly over what they promise together (the randomised
// probability integral transform of Czado, Gneiting and Held 2009, in its mean). So an idle VM neither flatters nor hides.
//
// Losses are in z (features.h), the mean over the levels, so that an idle VM and a huge one count alike. What was held back
// is left out of coverage and losses: its truth is not known. For the chance it counts as what it was lifted to.
//
// Units: shares and chances 0..1; `judgements` and `targets` are counts after forgetting. Threads: one owner. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/model/band.h"
#include "headroom/model/resources.h"

namespace headroom {

// Losses on the sampled VMs, all on the same targets.
struct SampledLosses {
  double targets = 0;
  double given = 0, model = 0, base = 0;    // the mean of each
  double rival_targets = 0;                 // those for which a rival was asked too
  double model_beside_rival = 0, rival = 0;
};

struct HeadAccuracy {
  Resource resource{};
  int horizon_steps = 0;
  bool peak = false;
  double judgements = 0;
  std::array<double, kLevelCount> held{};   // by level: the share of truths that the bound held
  double loss = 0;                          // of what was given
  SampledLosses sampled;
};

// Of the forecasts that gave the limit this chance to be passed within the horizon: how often it was.
struct ChanceBin {
  double judgements = 0;
  double said = 0, happened = 0;   // means
};
inline constexpr std::size_t kChanceBins = 10;   // a tenth each

struct LiveReport {
  std::vector<HeadAccuracy> heads;                 // resource by resource: values by horizon, then peaks by horizon
  std::array<ChanceBin, kChanceBins> chances{};    // of all resources and horizons
  double lean = 0;                                 // how far calibration moves the model's quantiles: the mean of |theta|, in z

  // Of all heads together; weighed by their judgements.
  double judgements() const;
  double held(std::size_t level) const;
  // The mean over heads with enough targets of two losses' ratio: what calibration leaves of the model's loss. 1 when no
  // head has enough.
  double given_over_model() const;
  // The same of a rival beside the model, and how many targets both were judged on.
  double rival_over_model() const;
  double rival_targets() const;
};

inline constexpr double kJudgementsUntilSure = 100;   // without which a head's figures say little

class LiveAccuracy {
 public:
  using Quantiles = std::array<float, kLevelCount>;
  static constexpr Duration kForgetting = std::chrono::hours(48);

  LiveAccuracy(const std::vector<int>& horizon_steps, Duration step);

  // Time goes on: all are at `step` of the grid by now, or soon will be. An earlier one changes nothing.
  void forget_until(std::int64_t step);
  // The truth of one forecast of `head` became known. Sorted quantiles.
  void note(Resource resource, std::size_t head, float truth, const Quantiles& given);
  // The same for a sampled VM, beside note(); `rival` may be null.
  void note_sampled(Resource resource, std::size_t head, float truth, const Quantiles& given, const Quantiles& model,
                    const Quantiles& base, const Quantiles* rival);
  void note_chance(double chance, bool passed);
  void forget_models();                            // another model from here on: the sampled losses begin anew
  void forget_rival();

  LiveReport report() const;

 private:
  struct Sums {
    double judgements = 0, loss = 0;
    std::array<double, kLevelCount> held{};
    SampledLosses sampled;                         // sums here
    void scale(double by);
  };

  std::vector<int> horizon_steps_;
  double kept_a_step_;
  std::int64_t newest_ = -1;
  std::size_t heads_;
  std::vector<Sums> sums_;                         // [resource][head]
  std::array<ChanceBin, kChanceBins> chances_{};   // sums here
};

// By level, how much of `truth` the bound holds: 0 or 1, in between where it sits on it. Sorted quantiles.
std::array<double, kLevelCount> held_parts(const std::array<float, kLevelCount>& quantiles, float truth);
// The mean over levels of the pinball loss.
double pinball_loss(const std::array<float, kLevelCount>& quantiles, float truth);

}  // namespace headroom
