// New items: placed where there is room, left out where there is none or where it costs less, and nobody else is put out.
#include "headroom/placement/outside.h"

#include <gmock/gmock.h>

#include <numeric>

#include "headroom/placement/check.h"
#include "headroom/placement/solve.h"

namespace headroom::placement {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two hosts of 100, a running item of 40 on each, and new items of these sizes.
Problem with_new(const std::vector<std::int64_t>& sizes) {
  Problem p;
  p.hosts = 2;
  p.lanes = {{.weight = 0}};
  p.capacity = p.safe = {100, 100};
  p.location = {0, 1};
  p.neighbourhood = {0, 0};
  p.open_price = {500, 500};
  p.need = {40, 40};
  p.home = {0, 1};
  p.need.insert(p.need.end(), sizes.begin(), sizes.end());
  p.items = p.need.size();
  p.home.resize(p.items, kNowhere);
  p.group.assign(p.items, kNoGroup);
  p.away_price.assign(p.items, 0);
  return p;
}

Assignment solved(const Problem& p) {
  EXPECT_TRUE(validate(p)) << validate(p).error().message;
  EXPECT_THAT(check(p, p.home), IsEmpty());
  const auto answer = solve(p, {.tries = 200'000});
  EXPECT_TRUE(answer) << answer.error().message;
  return answer ? answer->assignment : Assignment();
}

TEST(Outside, NewItemsArePlacedWhereThereIsRoom) {
  Problem p = with_new({60, 50, 10});
  ASSERT_EQ(add_outside(p, {100}), 2);
  EXPECT_EQ(p.hosts, 3U);
  EXPECT_EQ(p.capacity[2], 120);
  EXPECT_THAT(left_outside(p.home, 2), ElementsAre(2, 3, 4));
  EXPECT_THAT(left_outside(solved(p), 2), IsEmpty());
}

TEST(Outside, TheCheapestAreLeftOutWhereThereIsNot) {
  Problem p = with_new({60, 30, 30, 29});
  ASSERT_EQ(add_outside(p, {100}), 2);
  const Assignment at = solved(p);
  EXPECT_THAT(left_outside(at, 2), ElementsAre(5));  // 29 at 100 is the least that room for the rest can be bought for
  EXPECT_EQ(cost_of(p, at).use, 2900);
}

TEST(Outside, AnItemStaysOutWhenRoomForItIsDearer) {
  Problem p = with_new({60});
  p.open_price.clear();
  p.use_price = {7, 7};
  ASSERT_EQ(add_outside(p, {6}), 2);
  EXPECT_THAT(left_outside(solved(p), 2), ElementsAre(2));
  p.use_price = {5, 5, 6};
  EXPECT_THAT(left_outside(solved(p), 2), IsEmpty());
}

TEST(Outside, NothingThatRunsIsPutOutHoweverCheapThatWouldBe) {
  Problem p = with_new({60, 60});
  p.use_price = {1000, 1000};
  ASSERT_EQ(add_outside(p, {0}), 2);
  const Assignment at = solved(p);
  EXPECT_THAT(left_outside(at, 2), ElementsAre(2, 3));
  EXPECT_LT(at[0], 2);
  EXPECT_LT(at[1], 2);
}

TEST(Outside, AGroupThatMustBeApartAndSpreadWaitsApart) {
  Problem p = with_new({20, 20, 20});
  p.groups = {{.apart = true, .least_locations = 2, .near = {}}};
  p.group[2] = p.group[3] = 0;
  ASSERT_EQ(add_outside(p, {100}), 2);
  EXPECT_EQ(p.hosts, 4U);
  const Assignment at = solved(p);
  EXPECT_THAT(left_outside(at, 2), IsEmpty());
  EXPECT_NE(at[2], at[3]);
}

TEST(Outside, WaitingRoomsAreAsLargeAsCanBeCounted) {
  constexpr std::int64_t kHuge = 1 << 29;
  Problem p = with_new({kHuge, kHuge, kHuge, 1});
  p.distance = {0, 3, 3, 0};
  ASSERT_EQ(add_outside(p, {1}), 2);
  EXPECT_EQ(p.hosts, 5U);
  EXPECT_THAT(std::vector<std::int64_t>(p.capacity.begin() + 2, p.capacity.end()), ElementsAre(kHuge + 1, kHuge, kHuge));
  EXPECT_EQ(p.distance.size(), 25U);
  EXPECT_EQ(p.distance[1], 3);
  EXPECT_EQ(p.distance[5], 3);
  EXPECT_EQ(std::accumulate(p.distance.begin(), p.distance.end(), 0), 6);
  EXPECT_TRUE(validate(p));
}

TEST(Outside, SetsOfHostsThatItemsMustBeInStillHold) {
  Problem p = with_new({20, 20});
  p.host_sets = {{1}, {2}};
  p.within = {kAnywhere, 1, 0, kAnywhere};
  ASSERT_EQ(add_outside(p, {100}), 2);
  const Assignment at = solved(p);
  EXPECT_THAT(left_outside(at, 2), IsEmpty());
  EXPECT_EQ(at[1], 1);
  EXPECT_EQ(at[2], 0);
}

TEST(Outside, ARelationThatKeepsItemsApartKeepsThemSoOutside) {
  Problem p = with_new({20, 20});
  p.relations = {{.kind = Relation::Kind::kApart, .scope = Relation::Scope::kNeighbourhood, .members = {2, 3}}};
  p.neighbourhood = {0, 1};
  ASSERT_EQ(add_outside(p, {100}), 2);
  EXPECT_EQ(p.hosts, 4U);
  const Assignment at = solved(p);
  EXPECT_THAT(left_outside(at, 2), IsEmpty());
  EXPECT_NE(at[2], at[3]);
}

TEST(Outside, CannotBeWhereRoomIsPriced) {
  Problem p = with_new({20});
  p.balances = {{.of = 0, .against = 0, .target = 1, .weight = 1}};
  const auto added = add_outside(p, {100});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, "balances price the room of real hosts; a problem with them can have no hosts outside");
}

TEST(Outside, IsNotAddedWhereNothingIsNew) {
  Problem p = with_new({});
  ASSERT_EQ(add_outside(p, {100}), 2);
  EXPECT_EQ(p.hosts, 2U);
  EXPECT_TRUE(validate(p));
}

}  // namespace
}  // namespace headroom::placement
