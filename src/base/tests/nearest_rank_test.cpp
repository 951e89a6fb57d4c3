#include "headroom/base/nearest_rank.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

TEST(NearestRank, IsTheLeastValueThatSoManyAreAtMost) {
  std::vector<double> ten{7, 1, 9, 3, 10, 2, 8, 4, 6, 5};
  EXPECT_EQ(nearest_rank(ten, 0.5), 5);
  EXPECT_EQ(nearest_rank(ten, 0.51), 6);
  EXPECT_EQ(nearest_rank(ten, 0.9), 9);
  EXPECT_EQ(nearest_rank(ten, 1), 10);
  EXPECT_EQ(nearest_rank(ten, 0), 1);
}

TEST(NearestRank, OfOneIsThatOneAndOfNoneNothing) {
  std::vector<float> one{3}, none;
  EXPECT_EQ(nearest_rank(one, 0.01), 3);
  EXPECT_EQ(nearest_rank(one, 0.99), 3);
  EXPECT_EQ(nearest_rank(none, 0.5), 0);
}

}  // namespace
}  // namespace headroom
