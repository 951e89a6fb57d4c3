#include "../src/alike.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "headroom/placement_testing/made_problem.h"

namespace headroom::placement {
namespace {

double difference(const Problem& p, std::int32_t a, std::int32_t b) {
  const std::size_t lanes = p.lanes.size();
  double sum = 0;
  for (std::size_t l = 0; l < lanes; ++l)
    sum += static_cast<double>(p.lanes[l].weight) * std::abs(static_cast<double>(p.need[static_cast<std::size_t>(a) * lanes + l] -
                                                                                 p.need[static_cast<std::size_t>(b) * lanes + l]));
  return sum;
}

TEST(Alike, HasEveryItemOnce) {
  for (std::size_t items : {1, 2, 3, 120}) {
    Problem p = placement_testing::make_problem(placement_testing::small(1));
    p.items = items;
    p.need.resize(items * p.lanes.size());
    const Alike alike(p);
    std::set<std::int32_t> seen;
    for (std::int32_t place = 0; place < static_cast<std::int32_t>(items); ++place) {
      seen.insert(alike.item(place));
      EXPECT_EQ(alike.place(alike.item(place)), place);
    }
    EXPECT_EQ(seen.size(), items);
    EXPECT_GE(alike.reaches(), 1U);
  }
}

TEST(Alike, PutsItemsBesideOthersThatNeedMuchTheSame) {
  const Problem p = placement_testing::make_problem(placement_testing::like_b1(1));
  const Alike alike(p);
  const auto items = static_cast<std::int32_t>(p.items);
  double beside = 0, far = 0;
  for (std::int32_t place = 0; place < items; ++place) {
    beside += difference(p, alike.item(place), alike.item((place + 1) % items));
    far += difference(p, alike.item(place), alike.item((place + items / 2) % items));
  }
  std::printf("neighbours differ by %.3f of what others do\n", beside / far);
  EXPECT_LT(beside, 0.5 * far);
}

}  // namespace
}  // namespace headroom::placement
