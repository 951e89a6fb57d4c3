#include "test_fleet.h"

namespace headroom::constraints {
namespace {

// h0: one node of all; h1: two of 4 cores and 16 GiB; h2: four of 2 cores and 8 GiB.
TestFleet noded() {
  TestFleet f(3);
  f.s.hosts[1].numa.assign(2, {4_cores, 16_GiB});
  f.s.hosts[2].numa.assign(4, {2_cores, 8_GiB});
  return f;
}

TEST(Numa, WantsANodeThatHoldsTheVm) {
  TestFleet f = noded();
  Vm& vm = f.add("cache", 0);
  vm.allocation = Resources(1_cores, 12_GiB);
  vm.numa_nodes = 1;
  EXPECT_THAT(f.says({2}), ElementsAre("cache has to fit into 1 NUMA node and h2 has none so large"));
  EXPECT_TRUE(f.allows({1}));
  f.expect_agreement();
}

TEST(Numa, LetsAWiderVmSpanAsManyAsItIsAllowed) {
  TestFleet f = noded();
  f.add("cache", 0).allocation = Resources(3_cores, 12_GiB);
  f.say("  - {name: near-memory, kind: numa, vms: {named: [cache]}, nodes: 2}\n");
  EXPECT_TRUE(f.allows({2}));
  EXPECT_THAT(f.says({2}), IsEmpty());
  f.s.vms[0].allocation = Resources(5_cores, 12_GiB);
  EXPECT_FALSE(f.allows({2}));
  EXPECT_THAT(f.says({2}), ElementsAre("cache has to fit into 2 NUMA nodes and h2 has none so large"));
  f.expect_agreement();
}

TEST(Numa, LooksAtCpuAndMemoryOfUnequalNodes) {
  TestFleet f(2);
  f.s.hosts[1].numa = {{6_cores, 8_GiB}, {2_cores, 24_GiB}};
  f.add("a", 0).allocation = Resources(4_cores, 8_GiB);
  f.add("b", 0).allocation = Resources(1_cores, 20_GiB);
  f.add("c", 0).allocation = Resources(4_cores, 20_GiB);
  for (Vm& vm : f.s.vms) vm.numa_nodes = 1;
  EXPECT_THAT(f.says({1, 1, 1}), ElementsAre("c has to fit into 1 NUMA node and h1 has none so large"));
  f.expect_agreement();
}

TEST(Numa, AtAPriceIsWeighed) {
  TestFleet f = noded();
  f.add("cache", 0).allocation = Resources(1_cores, 12_GiB);
  f.say("  - {name: near-memory, kind: numa, vms: {named: [cache]}, nodes: 1, price: 0.3 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({2}), 0.3);
}

}  // namespace
}  // namespace headroom::constraints
