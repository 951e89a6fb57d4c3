#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Pin, KeepsAVmOnTheHostNamed) {
  TestFleet f(3);
  f.add("gateway", 1);
  f.add("web", 1);
  f.say("  - {name: edge, kind: pin, vms: {named: [gateway]}, host: h1}\n");
  EXPECT_THAT(f.says({2, 1}), ElementsAre("'edge' pins gateway to h1, not h2"));
  f.expect_agreement();
}

TEST(Pin, BringsAVmToTheHostNamed) {
  TestFleet f(3);
  f.add("gateway", 2);
  f.say("  - {name: edge, kind: pin, vms: {named: [gateway]}, host: h1}\n");
  EXPECT_TRUE(f.allows({1}));
  EXPECT_FALSE(f.allows({0}));
  f.expect_agreement();
}

TEST(Pin, WithoutAHostKeepsVmsWhereTheyAre) {
  TestFleet f(3);
  f.add("gateway", 2);
  f.add("gateway", 0);
  f.say("  - {name: edge, kind: pin, vms: {named: [gateway]}}\n");
  EXPECT_THAT(f.says({1, 0}), ElementsAre("'edge' pins gateway to h2, not h1"));
  f.expect_agreement();
}

TEST(Pin, AtAPriceIsWeighed) {
  TestFleet f(3);
  f.add("gateway", 2);
  f.say("  - {name: edge, kind: pin, vms: {named: [gateway]}, price: 0.05 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({1}), 0.05);
}

}  // namespace
}  // namespace headroom::constraints
