#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Ban, KeepsVmsOffHosts) {
  TestFleet f(4);
  f.add("lab-a", 0);
  f.add("web", 3);
  f.say("  - {name: no-lab, kind: ban, vms: {named: [lab-*]}, hosts: {racks: [r1]}}\n");
  EXPECT_THAT(f.says({2, 2}), ElementsAre("'no-lab' bans lab-a from h2, where it is"));
  f.expect_agreement();
}

TEST(Ban, MayStayBrokenWhereItIsButNowhereElse) {
  TestFleet f(4);
  f.add("lab-a", 2);
  f.say("  - {name: no-lab, kind: ban, vms: {named: [lab-*]}, hosts: {racks: [r1]}}\n");
  EXPECT_TRUE(f.allows({2}));
  EXPECT_FALSE(f.allows({3}));
  EXPECT_GT(f.price({2}), f.price({0}));
  f.expect_agreement();
}

TEST(Ban, AtAPriceIsWeighed) {
  TestFleet f(4);
  f.add("lab-a", 0);
  f.s.hosts[3].tags = {"dear"};
  f.say("  - {name: no-lab, kind: ban, vms: {named: [lab-*]}, hosts: {tagged: [dear]}, price: 0.1 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({3}), 0.1);
  EXPECT_DOUBLE_EQ(f.price({2}), 0);
}

}  // namespace
}  // namespace headroom::constraints
