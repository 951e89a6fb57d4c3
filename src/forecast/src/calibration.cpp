#include "calibration.h"

#include <algorithm>
#include <cmath>

#include "headroom/forecast/features.h"

namespace headroom {
namespace {

constexpr int kJudgementsAHorizon = 12;
constexpr double kEta = 0.01, kEtaOfRareLevels = 0.02, kRareLevel = 0.99;
constexpr float kMostTheta = 2;

// The truth of a head at the newest step; NaN when too little of it was seen. Peaks forgive a missing step in twenty.
double truth_of(const Series& series, const Head& head) {
  if (!head.peak) return series.at(0);
  int missing = 0;
  for (int back = 0; back < head.steps; ++back) missing += std::isnan(series.at(back)) ? 1 : 0;
  return missing * 20 > head.steps ? std::nan("") : series.highest(head.steps - 1, 0);
}

}  // namespace

Calibration::Calibration(const std::vector<Head>& heads) {
  for (const Head& head : heads) {
    HeadState state{head, std::max(1, head.steps / kJudgementsAHorizon), {}, {}};
    state.waiting.resize(static_cast<std::size_t>(head.steps / state.stride + 2));
    heads_.push_back(std::move(state));
  }
}

void Calibration::settle(const Series& series, std::int64_t step, bool stalled, std::vector<Judgement>& judged) {
  if (stalled) last_stall_ = step;
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    HeadState& state = heads_[h];
    const std::int64_t origin = step - state.head.steps;
    if (origin < 0 || origin % state.stride != 0) continue;
    Issued& issued = state.waiting[static_cast<std::size_t>(origin / state.stride) % state.waiting.size()];
    if (issued.origin != origin) continue;
    issued.origin = -1;
    const bool lower_bound = state.head.peak ? last_stall_ > origin : stalled;
    const double truth = truth_of(series, state.head);
    if (std::isnan(truth)) continue;
    judged.push_back({h, origin, to_z(truth, issued.now, issued.scale), lower_bound, issued.now, issued.scale, issued.z});
    // What a stalled interval delivered was at least its lifted value without the largest lift.
    judge(state, issued.z, to_z(lower_bound ? truth / (1 + kStallLift) : truth, issued.now, issued.scale), lower_bound);
  }
}

void Calibration::judge(HeadState& state, const Quantiles& z, float truth, bool lower_bound) {
  for (std::size_t l = 0; l < kLevelCount; ++l) {
    const bool covered = truth <= z[l];
    if (covered && lower_bound) continue;
    const double p = kLevels[l];
    const double eta = p >= kRareLevel ? kEtaOfRareLevels : kEta;
    const auto step = static_cast<float>(eta * (covered ? p - 1 : p));
    state.theta[l] = std::clamp(state.theta[l] + step, -kMostTheta, kMostTheta);
  }
}

bool Calibration::issued(std::size_t head, std::int64_t origin, const Series& series, const Quantiles& z) {
  HeadState& state = heads_[head];
  if (origin < 0 || origin % state.stride != 0) return false;
  state.waiting[static_cast<std::size_t>(origin / state.stride) % state.waiting.size()] = {
      origin, series.now(), static_cast<float>(series.scale()), z};
  return true;
}

}  // namespace headroom
