#include "test_fleet.h"

namespace headroom::constraints {
namespace {

constexpr const char* kShop = "  - {name: shop, kind: together, vms: {named: [shop-*]}}\n";

TEST(Together, MovesThoseOnOneHostAsOneItemWithTheSumOfTheirNeeds) {
  TestFleet f(3);
  f.add("shop-a", 1);
  f.add("other", 1);
  f.add("shop-b", 1);
  f.say(kShop);
  auto per_vm = f.per_vm();
  per_vm.need = {3, 5, 4};
  per_vm.away_price = {10, 20, 30};
  const auto made = make_fleet_problem(f.s, per_vm, {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->members, ElementsAre(ElementsAre(0, 2), ElementsAre(1)));
  EXPECT_THAT(made->item_of, ElementsAre(0, 1, 0));
  EXPECT_THAT(made->problem.need, ElementsAre(7, 5));
  EXPECT_THAT(made->problem.away_price, ElementsAre(40, 20));
  EXPECT_THAT(made->hosts_of_vms({2, 1}), ElementsAre(2, 1, 2));
  const auto moves = made->moves({2, 1});
  ASSERT_EQ(moves.size(), 2U);
  EXPECT_EQ(moves[0].vm, 0U);
  EXPECT_EQ(moves[1].vm, 2U);
  EXPECT_EQ(moves[1].from, 1U);
  EXPECT_EQ(moves[1].to, 2U);
}

TEST(Together, BindsTheMembersOfAGroupThatTheyNameThemselves) {
  TestFleet f(3);
  f.add("a", 0).groups = {"shop"};
  f.add("b", 0).groups = {"shop"};
  f.add("c", 0);
  EXPECT_THAT(f.says({1, 2, 0}), ElementsAre("'group shop' has to be on one host and is on h1, h2"));
  EXPECT_THAT(f.says({1, 1, 0}), IsEmpty());
  f.expect_agreement();
}

TEST(Together, JoinsGroupsThatShareAMember) {
  TestFleet f(2);
  f.add("a", 0).groups = {"x"};
  f.add("b", 0).groups = {"x", "y"};
  f.add("c", 0).groups = {"y"};
  EXPECT_THAT(f.problem().members, ElementsAre(ElementsAre(0, 1, 2)));
}

TEST(Together, BringsASplitGroupTogetherButNeverSplitsItFurther) {
  TestFleet f(3);
  f.add("shop-a", 0);
  f.add("shop-b", 0);
  f.add("shop-c", 1);
  f.say(kShop);
  EXPECT_THAT(f.problem().members, ElementsAre(ElementsAre(0, 1), ElementsAre(2)));
  EXPECT_TRUE(f.allows({0, 0, 1}));
  EXPECT_TRUE(f.allows({2, 2, 2}));
  EXPECT_THAT(f.added({0, 0, 2}), IsEmpty());
  EXPECT_FALSE(f.allows({0, 2, 1}));
  placement::SolveOptions options;
  options.tries = 100'000;
  const FleetProblem made = f.problem();
  const auto answer = placement::solve(made.problem, options);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(f.says(made.hosts_of_vms(answer->assignment)), IsEmpty());
}

TEST(Together, AtAPriceIsWeighedAndMakesNoUnit) {
  TestFleet f(3);
  f.add("shop-a", 0);
  f.add("shop-b", 0);
  f.add("shop-c", 0);
  f.say("  - {name: shop, kind: together, vms: {named: [shop-*]}, price: 0.5 USD/h}\n");
  EXPECT_EQ(f.problem().members.size(), 3U);
  EXPECT_DOUBLE_EQ(f.price({0, 0, 0}), 0);
  EXPECT_DOUBLE_EQ(f.price({0, 0, 1}), 0.5);
  EXPECT_DOUBLE_EQ(f.price({0, 2, 1}), 1);
  EXPECT_THAT(f.added({0, 2, 1}), IsEmpty());
  const auto breaches = Judge(f.s).settled({0, 2, 1});
  ASSERT_EQ(breaches.size(), 1U);
  EXPECT_EQ(breaches[0].usd_per_hour, 0.5);
  EXPECT_EQ(breaches[0].amount, 2);
}

}  // namespace
}  // namespace headroom::constraints
