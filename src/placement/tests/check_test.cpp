// The independent judge, one constraint at a time, on a problem small enough to judge by hand.
#include "headroom/placement/check.h"

#include <gmock/gmock.h>

#include "headroom/placement/bound.h"

namespace headroom::placement {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Four hosts, two locations, two neighbourhoods; items of 10 in one lane, at home on hosts 0, 1 and 2.
Problem three_items() {
  Problem p;
  p.hosts = 4;
  p.items = 3;
  p.lanes = {{.weight = 5}};
  p.groups.resize(2);
  p.capacity = {20, 20, 20, 20};
  p.safe = {8, 20, 20, 20};
  p.location = {0, 0, 1, 1};
  p.neighbourhood = {0, 1, 0, 1};
  p.need = {10, 10, 10};
  p.group = {0, 0, 1};
  p.home = {0, 1, 2};
  p.away_price = {3, 4, 6};
  return p;
}

TEST(Check, FindsNothingAtTheStart) { EXPECT_THAT(check(three_items(), {0, 1, 2}), IsEmpty()); }

TEST(Check, FindsAnItemNowhere) {
  EXPECT_THAT(check(three_items(), {0, 1}), ElementsAre("2 items are assigned, not 3"));
  EXPECT_THAT(check(three_items(), {0, 1, 4}), ElementsAre("item 2 is on host 4, which does not exist"));
}

TEST(Check, FindsAnOverfullHost) {
  EXPECT_THAT(check(three_items(), {0, 0, 2}), IsEmpty());
  EXPECT_THAT(check(three_items(), {0, 0, 0}), ElementsAre("host 0 holds 30 of lane 0, above its capacity 20"));
}

TEST(Check, ChargesTheOldHostOfAMoveInTransientLanes) {
  Problem p = three_items();
  p.lanes[0].transient = true;
  EXPECT_THAT(check(p, {1, 0, 2}), IsEmpty());  // both hosts hold both
  p.capacity[0] = 19;
  EXPECT_THAT(check(p, {1, 0, 2}), ElementsAre("host 0 holds 20 of lane 0, above its capacity 19"));
  p.lanes[0].transient = false;
  EXPECT_THAT(check(p, {1, 0, 2}), IsEmpty());
}

TEST(Check, FindsTwoOfAGroupOnOneHost) {
  Problem p = three_items();
  p.groups[0].apart = true;
  EXPECT_THAT(check(p, {0, 0, 2}), ElementsAre("group 0 wants its items apart; item 1 shares host 0"));
  EXPECT_THAT(check(p, {0, 3, 0}), IsEmpty());
}

TEST(Check, FindsAGroupInTooFewLocations) {
  Problem p = three_items();
  p.groups[0].least_locations = 2;
  EXPECT_THAT(check(p, {0, 1, 2}), ElementsAre("group 0 is in 1 locations; it needs 2"));
  EXPECT_THAT(check(p, {0, 2, 2}), IsEmpty());
}

TEST(Check, FindsAGroupWithoutTheOneItMustBeNear) {
  Problem p = three_items();
  p.groups[1].near = {0};
  EXPECT_THAT(check(p, {0, 1, 3}), IsEmpty());
  EXPECT_THAT(check(p, {1, 3, 2}), ElementsAre("group 1 is in neighbourhood 0 without group 0"));
}

TEST(Check, FindsAnItemOutsideOfItsHostSet) {
  Problem p = three_items();
  p.host_sets = {{0b0011}, {0b1100}};
  p.within = {0, kAnywhere, 1};
  EXPECT_THAT(check(p, {1, 3, 3}), IsEmpty());
  EXPECT_THAT(check(p, {2, 1, 0}), ElementsAre("item 0 is on host 2, which is not in its host set 0",
                                               "item 2 is on host 0, which is not in its host set 1"));
  p.home = {2, 1, 2};
  EXPECT_THAT(new_breaches(p, {2, 1, 2}), IsEmpty());
  EXPECT_THAT(new_breaches(p, {3, 1, 2}), ElementsAre("item 0 is on host 3, which is not in its host set 0"));
}

TEST(Check, FindsARelationThatDoesNotHoldInPlacesOfItsScope) {
  Problem p = three_items();
  using Kind = Relation::Kind;
  using Scope = Relation::Scope;
  p.relations = {{Kind::kApart, Scope::kLocation, {0, 2}, 0, 0}, {Kind::kClose, Scope::kNeighbourhood, {0, 1, 2}, 0, 0},
                 {Kind::kSpread, Scope::kHost, {0, 1, 2}, 2, 0}};
  EXPECT_THAT(check(p, {0, 0, 2}), IsEmpty());
  EXPECT_THAT(check(p, {0, 0, 1}), ElementsAre("relation 0 wants its items apart; item 2 shares location 0",
                                               "relation 1 wants its items in one neighbourhood; 1 of 3 are elsewhere"));
  p.capacity.assign(4, 30);
  EXPECT_THAT(check(p, {2, 2, 2}), ElementsAre("relation 0 wants its items apart; item 2 shares location 1",
                                               "relation 2 is in 1 hosts; it needs 2"));
  for (Relation& relation : p.relations) relation.price = 7;
  EXPECT_THAT(check(p, {2, 2, 2}), IsEmpty());
  EXPECT_EQ(cost_of(p, {2, 2, 2}).relations, 7 + 7);
  EXPECT_EQ(cost_of(p, {0, 0, 1}).relations, 7 + 7);
}

TEST(Check, ExcusesWhatTheStartBreaksAsMuch) {
  Problem p = three_items();
  p.relations = {{Relation::Kind::kClose, Relation::Scope::kHost, {0, 1, 2}, 0, 0}};
  p.capacity = {20, 20, 20, 9};
  p.home = {0, 1, 3};
  EXPECT_THAT(new_breaches(p, {0, 1, 3}), IsEmpty());
  EXPECT_THAT(new_breaches(p, {3, 0, 1}), IsEmpty());  // host 3 as full, the relation as torn
  EXPECT_THAT(new_breaches(p, {3, 3, 0}), ElementsAre("host 3 holds 20 of lane 0, above its capacity 9"));
  p.breach_price = 1000;
  EXPECT_EQ(cost_of(p, {3, 0, 1}).breaches, 2 * 1000 + 1 * 100);  // two elsewhere; a unit is a tenth of an item
}

TEST(Check, FindsAHostThatMayNeedMoreThanItHas) {
  Problem p = three_items();
  p.risks = {risk_of(2, 0.25)};
  p.risk_capacity = {130, 129, 64, 100};
  p.risk_mean = {50, 50, 50};
  p.risk_deviation = {8, 6, 7};
  p.risk_variance = {64, 36, 49};
  // 50 + 2 * 7 alone; two together 100 + 2 sqrt(.75 * 100 + .25 * 196) = 122.27...
  EXPECT_THAT(check(p, {0, 1, 2}), IsEmpty());
  EXPECT_THAT(check(p, {0, 1, 1}), IsEmpty());
  p.risk_capacity = {130, 122, 63, 100};
  EXPECT_THAT(check(p, {1, 1, 2}), ElementsAre("host 1 may need 123 of risk 0, above its capacity 122",
                                               "host 2 may need 64 of risk 0, above its capacity 63"));
  p.risks[0].weight = 5;
  EXPECT_THAT(check(p, {1, 1, 2}), IsEmpty());
  EXPECT_EQ(cost_of(p, {1, 1, 2}).risk, 5 + 5);
}

TEST(CostOf, ChargesUseFromTheFirstUnitAndAnOpenHostOnce) {
  Problem p = three_items();
  p.use_price = {1, 2, 3, 4};
  p.open_price = {100, 200, 400, 800};
  EXPECT_EQ(cost_of(p, {0, 1, 2}).use, 10 * (1 + 2 + 3));
  EXPECT_EQ(cost_of(p, {0, 1, 2}).open, 700);
  const Cost two = cost_of(p, {0, 3, 3});
  EXPECT_EQ(two.use, 10 * (1 + 4 + 4));
  EXPECT_EQ(two.open, 900);
  EXPECT_EQ(two.total(), 90 + 900 + 5 * (10 - 8) + 4 + 6);
}

TEST(CostOf, AddsUpEveryTerm) {
  Problem p = three_items();
  p.balances = {{.of = 0, .against = 0, .target = 3, .weight = 2}};
  p.distance.assign(16, 7);
  p.distance_weight = 2;
  p.group_away_weight = 100;
  p.host_sets = {{0b0001}};
  p.wishes = {{0, 0, 1000}, {1, 0, 500}};
  const Cost cost = cost_of(p, {1, 0, 3});
  EXPECT_EQ(cost.outside, 1000);
  EXPECT_EQ(cost.load, 5 * (10 - 8));
  EXPECT_EQ(cost.balance, 2 * 2 * (10 + 10 + 20 + 10));  // 3 free - free, of 10, 10, 20, 10
  EXPECT_EQ(cost.away, 3 + 4 + 6);
  EXPECT_EQ(cost.group_away, 200);
  EXPECT_EQ(cost.distance, 3 * 14);
  EXPECT_EQ(cost.total(), 10 + 200 + 13 + 200 + 42 + 1000);
}

TEST(Bound, IsWhatAllHostsPooledIntoOneWouldCost) {
  Problem p = three_items();
  EXPECT_EQ(lower_bound(p), 0);
  p.safe = {1, 2, 3, 4};
  EXPECT_EQ(lower_bound(p), 5 * (30 - 10));
  p.balances = {{.of = 0, .against = 0, .target = 3, .weight = 2}};
  EXPECT_EQ(lower_bound(p), 100 + 2 * 2 * (80 - 30));
  EXPECT_DOUBLE_EQ(gap(400, 300), 0.25);
  EXPECT_EQ(gap(0, 0), 0);
}

}  // namespace
}  // namespace headroom::placement
