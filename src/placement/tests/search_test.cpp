#include "../src/search.h"

#include <gtest/gtest.h>

#include "headroom/placement_testing/made_problem.h"

namespace headroom::placement {
namespace {

using placement_testing::make_problem;
using placement_testing::small;

TEST(Search, BringsMoreItemsHomeWhereThoseThatAreAwayAreDrawnMoreOften) {
  auto making = small(6);
  making.items = 1000;
  making.groups = 1000;
  making.near = 0;
  making.transient_lanes = making.balances = 0;
  making.fill = 0.3;
  Problem problem = make_problem(making);
  for (Lane& lane : problem.lanes) lane.weight = 0;  // moves are all there is to save
  const Layout layout(problem);
  const auto away_after = [&](bool homing) {
    const std::function<double()> by_tries;
    Search search(layout, kernel(InstructionSet::kScalar, layout), 400'000, by_tries);
    Assignment scattered = problem.home;  // every tenth item is on the next host, as far as there is room
    for (std::size_t i = 0; i < scattered.size(); i += 10)
      scattered[i] = static_cast<std::int32_t>((static_cast<std::size_t>(scattered[i]) + 1) % problem.hosts);
    search.restart(scattered);
    search.anneal({.from = 0.1, .to = 0.1, .until = 0.02, .homing = homing}, Stream(6, 1, 0));
    std::size_t away = 0;
    for (std::size_t i = 0; i < problem.items; ++i) away += search.present()[i] != problem.home[i];
    return away;
  };
  const std::size_t seldom = away_after(false), often = away_after(true);
  EXPECT_LT(often, seldom);
  EXPECT_LT(seldom, problem.items / 10) << "some come home anyway";
}

}  // namespace
}  // namespace headroom::placement
