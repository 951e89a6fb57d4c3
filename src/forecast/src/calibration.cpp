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

int judging_stride(const Head& head) { return std::max(1, head.steps / kJudgementsAHorizon); }

std::array<float, kLevelCount> as_given(std::array<float, kLevelCount> z, const Judgement& judgement) {
  std::sort(z.begin(), z.end());
  const float zero = to_z(0, judgement.now, judgement.scale);
  const float nothing = to_z(kNextToNothing * static_cast<double>(judgement.scale), judgement.now, judgement.scale);
  for (float& q : z)
    if (q < nothing) q = zero;
  return z;
}

void track(std::array<float, kLevelCount>& tracked, const std::array<float, kLevelCount>& said, const Judgement& judgement, float most) {
  for (std::size_t l = 0; l < kLevelCount; ++l) {
    const bool covered = judgement.at_least <= said[l];
    if (covered && judgement.held_back) continue;
    const double p = kLevels[l];
    const double eta = p >= kRareLevel ? kEtaOfRareLevels : kEta;
    tracked[l] = std::clamp(tracked[l] + static_cast<float>(eta * (covered ? p - 1 : p)), -most, most);
  }
}

Calibration::Calibration(const std::vector<Head>& heads) {
  for (const Head& head : heads) {
    HeadState state{head, judging_stride(head), {}, {}};
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
    // What a stalled interval delivered was at least its lifted value without the largest lift.
    const float at_least = to_z(lower_bound ? truth / (1 + kStallLift) : truth, issued.now, issued.scale);
    judged.push_back(
        {h, origin, to_z(truth, issued.now, issued.scale), at_least, lower_bound, issued.now, issued.scale, issued.z});
    track(state.theta, issued.z, judged.back(), kMostTheta);
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
