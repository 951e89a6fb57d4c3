#include "fallback.h"

#include <algorithm>
#include <cmath>

#include "headroom/forecast/live_accuracy.h"
#include "headroom/forecast/series.h"

namespace headroom {
namespace {

constexpr double kEnter = 0.85, kLeave = 0.93;
constexpr double kFewestSteps = 3 * kStepsPerDay, kFewestHorizons = 4;   // steps, horizons
constexpr float kMostTracked = 16;
constexpr float kUnit = kMostTracked / 32'000;   // of a packed quantile, in z

std::int32_t epoch_of(std::int64_t origin, const Head& head) {
  return static_cast<std::int32_t>(origin / std::max(head.steps, kStepsPerHour));
}

std::int16_t packed(float z) { return static_cast<std::int16_t>(std::lround(z / kUnit)); }
float unpacked(std::int16_t z) { return kUnit * static_cast<float>(z); }

}  // namespace

Fallback::Fallback(const std::vector<Head>& heads, std::span<const Quantiles> start) : heads_(&heads), state_(heads.size()) {
  for (std::size_t h = 0; h < heads.size(); ++h)
    for (std::size_t l = 0; l < kLevelCount; ++l) state_[h].tracked[l] = std::clamp(start[h][l], -kMostTracked, kMostTracked);
}

bool Fallback::chosen(std::size_t head, std::int64_t origin) {
  HeadState& state = state_[head];
  const std::int32_t epoch = epoch_of(origin, (*heads_)[head]);
  if (epoch != state.epoch) {
    state.has_before = state.epoch == epoch - 1;
    state.before = state.now;
    state.chosen_before = state.chosen_now;
    std::transform(state.tracked.begin(), state.tracked.end(), state.now.begin(), packed);
    state.chosen_now = decide(state, (*heads_)[head]);
    state.epoch = epoch;
  }
  return state.chosen_now;
}

bool Fallback::decide(const HeadState& state, const Head& head) const {
  // A sum that is forgotten with `kLossForgetting` stands for this many steps when it has been gathered over `steps`.
  const double wanted = std::max<double>(kFewestSteps, kFewestHorizons * head.steps);
  const double enough = kLossForgetting * (1 - std::exp(-wanted / kLossForgetting)) / judging_stride(head);
  if (static_cast<double>(state.judgements) < enough) return false;
  return static_cast<double>(state.loss) < (state.chosen_now ? kLeave : kEnter) * static_cast<double>(state.model_loss);
}

Fallback::Quantiles Fallback::quantiles(std::size_t head) const {
  Quantiles z;
  std::transform(state_[head].now.begin(), state_[head].now.end(), z.begin(), unpacked);
  return z;
}

float Fallback::excess(std::size_t head) const {
  const HeadState& state = state_[head];
  return state.loss > 0 ? state.model_loss / state.loss - 1 : 0;
}

void Fallback::judge(Judgement& j) {
  HeadState& state = state_[j.head];
  const Head& head = (*heads_)[j.head];
  const std::int32_t epoch = epoch_of(j.origin, head);
  const bool is_now = epoch == state.epoch;
  if (!is_now && !(state.has_before && epoch == state.epoch - 1)) return;
  Quantiles said;
  const Packed& kept = is_now ? state.now : state.before;
  std::transform(kept.begin(), kept.end(), said.begin(), unpacked);
  track(state.tracked, said, j, kMostTracked);
  said = as_given(said, j.ground);
  if (!j.held_back) {
    const float remembered = loss_remembered(head);
    state.loss = remembered * state.loss + static_cast<float>(pinball_loss(said, j.truth));
    state.model_loss = remembered * state.model_loss + static_cast<float>(pinball_loss(j.z, j.truth));
    state.judgements = remembered * state.judgements + 1;
  }
  if (is_now ? state.chosen_now : state.chosen_before) j.z = said;
}

}  // namespace headroom
