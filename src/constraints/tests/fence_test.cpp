#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Fence, KeepsVmsOnTheHostsNamed) {
  TestFleet f(4);
  f.add("sql-a", 0).tags = {"licensed"};
  f.add("web", 3);
  f.say("  - {name: licences, kind: fence, vms: {tagged: [licensed]}, hosts: {named: [h0, h2]}}\n");
  EXPECT_THAT(f.says({1, 1}), ElementsAre("'licences' keeps sql-a on other hosts than h1, where it is"));
  f.expect_agreement();
}

TEST(Fence, OfTwoLeavesTheHostsOfBoth) {
  TestFleet f(4);
  f.add("sql-a", 1);
  f.say("  - {name: one, kind: fence, vms: {named: [sql-*]}, hosts: {named: [h0, h1]}}\n"
        "  - {name: two, kind: fence, vms: {named: [sql-*]}, hosts: {named: [h1, h2]}}\n");
  EXPECT_TRUE(f.allows({1}));
  EXPECT_FALSE(f.allows({0}));
  f.expect_agreement();
}

TEST(Fence, ThatLeavesNoHostIsSaidAndTheVmStays) {
  TestFleet f(4);
  f.add("sql-a", 1);
  f.say("  - {name: one, kind: fence, vms: {named: [sql-*]}, hosts: {named: [h0]}}\n"
        "  - {name: two, kind: fence, vms: {named: [sql-a]}, hosts: {named: ['h2*']}}\n");
  EXPECT_THAT(f.problem().notes, ElementsAre("no host satisfies all constraints of sql-a; it stays on h1"));
  EXPECT_TRUE(f.allows({1}));
  EXPECT_FALSE(f.allows({2}));
}

TEST(Fence, AtAPriceIsWeighed) {
  TestFleet f(4);
  f.add("sql-a", 0);
  f.say("  - {name: licences, kind: fence, vms: {named: ['*']}, hosts: {named: [h0]}, price: 3 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({0}), 0);
  EXPECT_DOUBLE_EQ(f.price({3}), 3);
}

}  // namespace
}  // namespace headroom::constraints
