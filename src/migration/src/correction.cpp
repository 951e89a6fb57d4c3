#include "headroom/migration/correction.h"

#include <algorithm>
#include <cmath>

namespace headroom::migration {
namespace {

constexpr double kKept = 0.9;             // of the weight of what was known, when a newer migration comes
constexpr double kPriorDeviation = 0.2;
constexpr double kLean = 2;               // the wider knowledge counts as so many migrations
constexpr double kOneSided95 = 1.645;     // of the normal distribution
const double kWorst = std::log(20.0);

}  // namespace

void Correction::Track::add(double x) {
  const double old = kKept * weight, off = x - mean;
  weight = old + 1;
  mean += off / weight;
  variance = (old * variance + old / weight * off * off) / weight;  // West, CACM 1979, with falling weights
}

Correction::Track Correction::Track::leaning_on(const Track& wider) const {
  const double all = weight + kLean;
  return {all, (weight * mean + kLean * wider.mean) / all, (weight * variance + kLean * wider.variance) / all};
}

void Correction::learn(HostPair pair, Duration predicted, Duration measured) {
  if (predicted.count() <= 0 || measured.count() <= 0) return;
  const double off = std::log(static_cast<double>(measured.count()) / static_cast<double>(predicted.count()));
  const double held = std::clamp(off, -kWorst, kWorst);
  fleet_.add(held);
  pairs_[pair].add(held);
}

Outlook Correction::of(HostPair pair) const {
  const Track prior{0, 0, kPriorDeviation * kPriorDeviation};
  const auto own = pairs_.find(pair);
  const Track track = (own == pairs_.end() ? Track{} : own->second).leaning_on(fleet_.leaning_on(prior));
  // The mean itself is known from so many only, which adds to the scatter of the next one around it.
  const double deviation = std::sqrt(track.variance * (1 + 1 / track.weight));
  return {std::exp(track.mean), std::exp(track.mean + kOneSided95 * deviation)};
}

}  // namespace headroom::migration
