#include "headroom/planner/host_load.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headroom {
namespace {

Load normal(double mean, double deviation) { return {mean, deviation * deviation, deviation, 1e9}; }

}  // namespace

TEST(HostLoad, IsAsOftenMoreAsLessThanItsMean) {
  EXPECT_NEAR(normal(10, 2).exceedance(10, 0.1), 0.5, 1e-12);
  EXPECT_NEAR(normal(10, 2).exceedance(10 + 2 * 1.6448536, 0.1), 0.05, 1e-6);
}

TEST(HostLoad, DeviatesMoreTheMoreItsPartsMoveTogether) {
  Load sum = normal(10, 2);
  sum.add(normal(10, 2));
  EXPECT_NEAR(sum.q95(0), 20 + 1.6448536 * std::sqrt(8), 1e-5);
  EXPECT_NEAR(sum.q95(1), 20 + 1.6448536 * 4, 1e-5);
}

TEST(HostLoad, LacksTheMeanOfWhatIsAboveTheCapacity) {
  const Load load = normal(10, 2);
  for (const double capacity : {4.0, 8.0, 10.0, 13.0}) {
    double integral = 0;  // of P(load > x) over x from the capacity on
    for (double x = capacity; x < 30; x += 0.001) integral += 0.001 * load.exceedance(x + 0.0005, 0.1);
    EXPECT_NEAR(load.shortfall(capacity, 0.1), integral, 1e-6) << capacity;
  }
}

// What has its cores to itself is not overloaded, however busy it is.
TEST(HostLoad, IsNeverMoreThanItsPartsMayHave) {
  Load load = normal(7.9, 0.2);
  load.most = 8;
  EXPECT_EQ(load.exceedance(8, 0.1), 0);
  EXPECT_EQ(load.shortfall(8, 0.1), 0);
  EXPECT_EQ(load.q95(0.1), 8);
  EXPECT_GT(load.exceedance(7.99, 0.1), 0.3);
}

TEST(HostLoad, LacksExactlyTheDifferenceWhenItIsCertain) {
  EXPECT_EQ(normal(10, 0).shortfall(8, 0.1), 2);
  EXPECT_EQ(normal(10, 0).shortfall(12, 0.1), 0);
}

}  // namespace headroom
