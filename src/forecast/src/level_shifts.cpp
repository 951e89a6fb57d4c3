#include "level_shifts.h"

#include <algorithm>
#include <cmath>

#include "calibration.h"
#include "headroom/forecast/live_accuracy.h"

namespace headroom {
namespace {

constexpr float kEta = 0.01F;
constexpr float kMostShift = 1.98F;       // 127 64ths
constexpr float kUnitsALogit = 64;
constexpr float kTie = 1.0F / 1024;       // what waits for its truth is held in such codes
constexpr float kMostCost = 1.02F;

const std::array<float, kLevelCount> kLogits = [] {
  std::array<float, kLevelCount> logits{};
  for (std::size_t l = 0; l < kLevelCount; ++l) logits[l] = static_cast<float>(std::log(kLevels[l] / (1 - kLevels[l])));
  return logits;
}();

}  // namespace

LevelShifts::Packed LevelShifts::packed() const {
  Packed packed;
  for (std::size_t l = 0; l < kLevelCount; ++l) packed[l] = static_cast<std::int8_t>(std::lround(shift_[l] * kUnitsALogit));
  return packed;
}

LevelShifts::Packed LevelShifts::given() const { return loss_ <= kMostCost * plain_loss_ ? packed() : Packed{}; }

void LevelShifts::learn(const Quantiles& sorted, const Judgement& judgement, float remembered) {
  const Quantiles given = as_given(shifted(sorted, packed()), judgement.ground);
  for (std::size_t l = 0; l < kLevelCount; ++l) {
    const auto p = static_cast<float>(kLevels[l]);
    const float above = judgement.at_least - given[l];
    float& shift = shift_[l];
    if (std::fabs(above) < kTie) {
      shift = shift > 0 ? std::max(0.0F, shift + kEta * (p - 1)) : std::min(0.0F, shift + kEta * p);
    } else if (above > 0 || !judgement.held_back) {   // else whether it was passed is not known
      shift = std::clamp(shift + kEta * (above < 0 ? p - 1 : p), -kMostShift, kMostShift);
    }
  }
  if (judgement.held_back) return;
  loss_ = remembered * loss_ + static_cast<float>(pinball_loss(given, judgement.truth));
  plain_loss_ = remembered * plain_loss_ + static_cast<float>(pinball_loss(sorted, judgement.truth));
}

LevelShifts::Quantiles shifted(const LevelShifts::Quantiles& sorted, const LevelShifts::Packed& shifts) {
  LevelShifts::Quantiles at;
  for (std::size_t l = 0; l < kLevelCount; ++l) at[l] = kLogits[l] + static_cast<float>(shifts[l]) / kUnitsALogit;
  std::sort(at.begin(), at.end());
  std::size_t below = 0;
  for (float& logit : at) {
    while (below + 2 < kLevelCount && kLogits[below + 1] <= logit) ++below;
    const float share = (logit - kLogits[below]) / (kLogits[below + 1] - kLogits[below]);
    logit = sorted[below] + share * (sorted[below + 1] - sorted[below]);
  }
  return at;
}

}  // namespace headroom
