#include "ladder.h"

#include <algorithm>
#include <cmath>

namespace headroom::placement {
namespace {

constexpr double kHottest = 4;        // of an item's scale
constexpr double kColdest = 0.1;      // costs are whole numbers: hardly anything dearer is taken here
constexpr int kStepsPerDecade = 6;

// Of soft limits, temperatures as shares of an item's scale.
constexpr double kSoftest = 1, kFirm = 1e-3;
constexpr double kStrict = 0.01;      // from the softest to here a unit of excess gets dearer,
constexpr double kStrictest = 20;     // by this factor
constexpr double kRise = 3.5;         // a step
constexpr double kHarden = 0.01;      // from here on prices fall less than they rise
constexpr int kLast = 3;              // steps, of the last
constexpr double kLastRise = 10;

}  // namespace

Ladder::Ladder(double item_scale)
    : scale_(item_scale),
      steps_(std::max(1, static_cast<int>(std::ceil(std::log10(kHottest * scale_ / kColdest) * kStepsPerDecade)))),
      softest_(step_at(kSoftest)), firm_(step_at(kFirm)) {}

double Ladder::temperature(double step) const { return kHottest * scale_ * std::pow(10, -step / kStepsPerDecade); }

int Ladder::step_at(double share_of_scale) const {
  const double step = std::ceil(std::log10(kHottest / share_of_scale) * kStepsPerDecade);
  return std::min(steps_, static_cast<int>(step));
}

double Ladder::strictness(double temperature) const {
  const double share = std::log(temperature / (kSoftest * scale_)) / std::log(kStrict / kSoftest);
  return std::pow(kStrictest, std::clamp(share, 0.0, 1.0)) / Excess::kUnit;
}

Cooling Ladder::at(int step, double until, const Way& way) const {
  Cooling out{temperature(step), temperature(step + 1), until, way.chain_odds};
  if (!soft(way, step)) return out;
  out.strict_from = strictness(out.from);
  out.strict_to = strictness(out.to);
  const bool last = step >= firm_ - kLast;
  const double warmth = std::log(out.from / (kFirm * scale_)) / std::log(kHarden / kFirm);
  out.rise = last ? kLastRise : kRise;
  out.fall = last ? 1 : std::pow(kRise, std::clamp(warmth, 0.0, 1.0));
  return out;
}

}  // namespace headroom::placement
