#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Close, KeepsAllInOneRack) {
  TestFleet f(4);
  f.add("app-a", 0);
  f.add("app-b", 1);
  f.add("web", 2);
  f.say("  - {name: app, kind: close, scope: rack, vms: {named: [app-*]}}\n");
  EXPECT_THAT(f.says({0, 2, 0}), ElementsAre("'app' has to be in one rack and is in z0/r0, z0/r1"));
  EXPECT_TRUE(f.allows({3, 2, 0}));
  f.expect_agreement();
}

TEST(Close, KeepsAllInOneZone) {
  TestFleet f(6);
  f.add("app-a", 0);
  f.add("app-b", 3);
  f.say("  - {name: app, kind: close, scope: zone, vms: {named: [app-*]}}\n");
  f.expect_agreement();
}

TEST(Close, CountsWhatMovesAsOneOnce) {
  TestFleet f(6);
  for (const char* name : {"app-a", "app-b", "app-c"}) f.add(name, 0).groups = {"unit"};
  f.add("app-d", 2);
  f.say("  - {name: app, kind: close, scope: rack, vms: {named: [app-*]}}\n");
  const auto breaches = Judge(f.s).now();
  ASSERT_EQ(breaches.size(), 1U);
  EXPECT_EQ(breaches[0].amount, 1);
  EXPECT_TRUE(f.allows({4, 4, 4, 2}));  // as far apart as before
  EXPECT_THAT(f.added({4, 4, 4, 2}), IsEmpty());
}

TEST(Close, AtAPriceCostsThatMuchForEachVmElsewhere) {
  TestFleet f(6);
  for (const char* name : {"app-a", "app-b", "app-c"}) f.add(name, 0);
  f.say("  - {name: app, kind: close, scope: rack, vms: {named: [app-*]}, price: 0.25 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({0, 1, 5}), 0.25);
  EXPECT_DOUBLE_EQ(f.price({0, 2, 5}), 0.5);
}

}  // namespace
}  // namespace headroom::constraints
