#include "calibration.h"

#include <algorithm>
#include <cmath>

#include "headroom/forecast/features.h"

namespace headroom {
namespace {

constexpr float kEta = 0.02F;
constexpr float kTailFactor = 2;   // the rarest levels learn from few misses, so each counts more
constexpr double kTailFrom = 0.985;
constexpr float kLargestOffset = 2;

int stride(const Head& what) { return std::max(1, what.steps / 8); }

}  // namespace

void Calibration::apply(std::size_t head, ZBand& z) const {
  const auto& theta = heads_[head].theta;
  for (std::size_t i = 0; i < kLevelCount; ++i) z[i] += theta[i];
  std::sort(z.begin(), z.end());
}

void Calibration::said(std::size_t head, const Head& what, const Series& series, std::int64_t step, const ZBand& z) {
  if (step % stride(what) != 0 || series.steps_since_value() > 0) return;
  HeadState& state = heads_[head];
  state.pending[state.next] = {step, series.now(), static_cast<float>(series.scale()), z};
  state.next = (state.next + 1) % kPending;
}

void Calibration::learn(std::size_t head, const Head& what, const Series& series, std::int64_t step) {
  HeadState& state = heads_[head];
  for (Said& said : state.pending) {
    if (said.origin < 0 || said.origin + what.steps > step) continue;
    const int back = static_cast<int>(step - said.origin - what.steps);  // of the target
    const float truth = what.peak ? series.highest(back + what.steps - 1, back) : series.at(back);
    bool stalled = series.stalled_at(back);
    if (what.peak)
      for (int k = back; k < std::min(back + what.steps, 64); ++k) stalled = stalled || series.stalled_at(k);
    if (!std::isnan(truth)) update(state, said, to_z(truth, said.now, said.scale), stalled);
    said.origin = -1;
  }
}

void Calibration::update(HeadState& head, const Said& said, float truth, bool at_least) {
  for (std::size_t i = 0; i < kLevelCount; ++i) {
    const bool covered = truth <= said.z[i];
    if (covered && at_least) continue;  // the demand was higher than what was seen; whether above q nobody knows
    const auto p = static_cast<float>(kLevels[i]);
    const float eta = kLevels[i] >= kTailFrom ? kTailFactor * kEta : kEta;
    head.theta[i] = std::clamp(head.theta[i] + eta * (p - (covered ? 1.0F : 0.0F)), -kLargestOffset, kLargestOffset);
  }
}

}  // namespace headroom
