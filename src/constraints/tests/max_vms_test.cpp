#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(MaxVms, HoldsWhatAHostSaysOfItself) {
  TestFleet f(3);
  for (std::size_t h = 0; h < 3; ++h) f.add("vm" + std::to_string(h), h);
  f.s.hosts[1].most_vms = 1;
  EXPECT_THAT(f.says({1, 1, 1}), ElementsAre("h1 carries 3 VMs; 'max-vms' allows 1"));
  // The engine's lane is held at both ends: what a VM leaves is not free before it has left.
  EXPECT_TRUE(f.allows({0, 2, 2}));
  EXPECT_FALSE(f.allows({1, 0, 2}));
  EXPECT_THAT(f.added(f.plan({{0, 1}, {1, 0}})), ElementsAre("h1 carries 2 VMs; 'max-vms' allows 1"));
}

TEST(MaxVms, HoldsWhatOperatorsSayAndTheLowerOfTwo) {
  TestFleet f(2);
  for (std::size_t v = 0; v < 4; ++v) f.add("vm" + std::to_string(v), 0);
  f.s.hosts[1].most_vms = 3;
  f.say("  - {name: small, kind: max-vms, at most: 2, hosts: {named: [h1]}}\n");
  EXPECT_TRUE(f.allows({0, 0, 1, 1}));
  EXPECT_FALSE(f.allows({0, 1, 1, 1}));
  EXPECT_THAT(f.says({0, 1, 1, 1}), ElementsAre("h1 carries 3 VMs; 'small' allows 2"));
  f.expect_agreement();
}

TEST(MaxVms, CountsEveryVmOfAUnit) {
  TestFleet f(2);
  f.add("a", 0).groups = {"g"};
  f.add("b", 0).groups = {"g"};
  f.say("  - {name: one-each, kind: max-vms, at most: 1, hosts: {named: [h1]}}\n");
  EXPECT_FALSE(f.allows({1, 1}));
  EXPECT_TRUE(f.allows({0, 0}));
}

TEST(MaxVms, OfAHostThatHasTooManyLetsThemLeaveAndNobodyIn) {
  TestFleet f(3);
  for (std::size_t v = 0; v < 3; ++v) f.add("vm" + std::to_string(v), 0);
  f.add("vm3", 1);
  f.say("  - {name: small, kind: max-vms, at most: 2}\n");
  EXPECT_THAT(f.added({0, 0, 0, 1}), IsEmpty());
  EXPECT_TRUE(f.allows({0, 0, 2, 1}));
  EXPECT_FALSE(f.allows({0, 0, 0, 0}));
  EXPECT_THAT(f.added({0, 0, 0, 0}), ElementsAre("h0 carries 4 VMs; 'small' allows 2"));
}

TEST(MaxVms, AtAPriceCostsThatMuchForEachVmTooMany) {
  TestFleet f(2);
  for (std::size_t v = 0; v < 4; ++v) f.add("vm" + std::to_string(v), 0);
  f.say("  - {name: small, kind: max-vms, at most: 1, price: 0.2 USD/h, hosts: {named: [h1]}}\n");
  EXPECT_DOUBLE_EQ(f.price({0, 0, 0, 1}), 0);
  EXPECT_DOUBLE_EQ(f.price({0, 1, 1, 1}), 0.4);
}

}  // namespace
}  // namespace headroom::constraints
