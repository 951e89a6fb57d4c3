#include "headroom/model/band.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

// Upper tail: above the last level demand falls off exponentially, P(X > x) = (1-p_last) * exp(-(x-q_last)/scale),
// where scale makes the tail pass through the last two quantiles.
double tail_scale(const Band& band) {
  const double span = band.at[kLevelCount - 1] - band.at[kLevelCount - 2];
  static const double decay = std::log((1 - kLevels[kLevelCount - 2]) / (1 - kLevels[kLevelCount - 1]));
  return span / decay;
}

}  // namespace

double Band::quantile(double p) const {
  if (p >= kLevels.back()) {
    const double beyond = std::log((1 - kLevels.back()) / std::max(1 - p, 1e-9));
    return at.back() + tail_scale(*this) * beyond;
  }
  if (p <= kLevels.front()) {
    const double slope = (at[1] - at[0]) / (kLevels[1] - kLevels[0]);
    return std::max(0.0, at[0] - slope * (kLevels[0] - p));
  }
  const auto above = std::upper_bound(kLevels.begin(), kLevels.end(), p);
  const auto i = static_cast<std::size_t>(above - kLevels.begin());
  const double share = (p - kLevels[i - 1]) / (kLevels[i] - kLevels[i - 1]);
  return at[i - 1] + share * (at[i] - at[i - 1]);
}

double Band::exceedance(double level) const {
  if (level >= at.back()) {
    const double scale = tail_scale(*this);
    if (scale <= 0) return 0;
    return (1 - kLevels.back()) * std::exp(-(level - at.back()) / scale);
  }
  if (level < at.front()) {
    const double slope = (at[1] - at[0]) / (kLevels[1] - kLevels[0]);
    if (slope <= 0) return 1;
    return std::min(1.0, 1 - kLevels.front() + (at.front() - level) / slope);
  }
  const auto above = std::upper_bound(at.begin(), at.end(), static_cast<float>(level));
  const auto i = static_cast<std::size_t>(above - at.begin());
  if (i == kLevelCount) return 1 - kLevels.back();
  const double width = at[i] - at[i - 1];
  const double share = width > 0 ? (level - at[i - 1]) / width : 1;
  return 1 - (kLevels[i - 1] + share * (kLevels[i] - kLevels[i - 1]));
}

// Moments of the piecewise-linear distribution: each segment between two levels is uniform on [a, b], so it adds
// weight * (a+b)/2 to the mean and weight * (a*a+a*b+b*b)/3 to the second moment.
double Band::mean() const {
  double mean = kLevels.front() * at.front();
  for (std::size_t i = 1; i < kLevelCount; ++i) mean += (kLevels[i] - kLevels[i - 1]) * (at[i - 1] + at[i]) / 2;
  return mean + (1 - kLevels.back()) * (at.back() + tail_scale(*this));
}

double Band::variance() const {
  const double center = mean();
  auto squared = [center](double x) { return (x - center) * (x - center); };
  double variance = kLevels.front() * squared(at.front());
  for (std::size_t i = 1; i < kLevelCount; ++i) {
    const double a = at[i - 1] - center, b = at[i] - center;
    variance += (kLevels[i] - kLevels[i - 1]) * (a * a + a * b + b * b) / 3;
  }
  const double scale = tail_scale(*this);
  return variance + (1 - kLevels.back()) * (squared(at.back() + scale) + scale * scale);
}

Band Band::certain(double value) {
  Band band;
  band.at.fill(static_cast<float>(value));
  return band;
}

void Band::sort() { std::sort(at.begin(), at.end()); }

}  // namespace headroom
