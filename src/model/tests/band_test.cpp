#include "headroom/model/band.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace headroom {
namespace {

Band band_of(const std::vector<double>& sorted) {
  Band band;
  for (std::size_t i = 0; i < kLevelCount; ++i)
    band.at[i] = static_cast<float>(sorted[static_cast<std::size_t>(kLevels[i] * static_cast<double>(sorted.size() - 1))]);
  return band;
}

TEST(Band, QuantileAndExceedanceAreInverses) {
  Band band{{1, 2, 3, 4, 6, 8, 12, 16}};
  for (double p : {0.05, 0.10, 0.3, 0.5, 0.77, 0.9, 0.97, 0.997, 0.9995})
    EXPECT_NEAR(band.exceedance(band.quantile(p)), 1 - p, 1e-6) << p;
}

TEST(Band, ExceedanceNeverRisesWithTheLevel) {
  Band band{{0, 0, 0, 1, 1, 5, 5, 9}};
  double before = 1;
  for (double level = -1; level < 20; level += 0.01) {
    const double now = band.exceedance(level);
    EXPECT_LE(now, before + 1e-12) << level;
    before = now;
  }
}

TEST(Band, OfAKnownNumberIsExceededByNothing) {
  const Band band = Band::certain(5);
  EXPECT_EQ(band.exceedance(5), 0);
  EXPECT_EQ(band.exceedance(4.999), 1);
  EXPECT_DOUBLE_EQ(band.mean(), 5);
  EXPECT_DOUBLE_EQ(band.variance(), 0);
}

TEST(Band, MomentsMatchASampleOfASkewedDistribution) {
  std::mt19937_64 random(7);
  std::gamma_distribution<double> gamma(2, 3);  // mean 6, variance 18
  std::vector<double> sample(200'000);
  for (double& x : sample) x = gamma(random);
  std::sort(sample.begin(), sample.end());
  const Band band = band_of(sample);
  EXPECT_NEAR(band.mean(), 6, 0.35);
  EXPECT_NEAR(band.variance(), 18, 3.6);
}

}  // namespace
}  // namespace headroom
