// A predictive distribution of one number (a demand in base units), held as its quantiles at kLevels. Between
// levels it is linear; below the first level it falls linearly to `floor 0`'s side as steeply as the first segment;
// above the last it has an exponential tail with the slope of the last segment, so that a price can be put on levels
// rarer than the model states.
//
// Quantiles do not add: to combine VMs use mean() and variance() (snapshot.h, HostLoad), never the sum of quantiles.
#pragma once

#include <array>
#include <cstddef>

namespace headroom {

inline constexpr std::array<double, 8> kLevels{0.10, 0.50, 0.70, 0.80, 0.90, 0.95, 0.99, 0.997};
inline constexpr std::size_t kLevelCount = kLevels.size();

struct Band {
  std::array<float, kLevelCount> at{};  // ascending; at[i] is the quantile at kLevels[i]

  // The amount that demand stays under with probability p, 0 < p < 1.
  double quantile(double p) const;
  // P(demand > level).
  double exceedance(double level) const;
  double mean() const;
  double variance() const;

  static Band certain(double value);  // a known number: every quantile equal
  void sort();                        // mends crossed quantiles
};

}  // namespace headroom
