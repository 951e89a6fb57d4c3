#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TestFleet with_gpus() {
  TestFleet f(3);
  f.s.hosts[0].offers.devices = {{"gpu", 2}};
  f.s.hosts[1].offers.devices = {{"gpu", 1}, {"vf", 4}};
  return f;
}

TEST(Devices, AreCounted) {
  TestFleet f = with_gpus();
  f.add("a", 0).needs.devices = {{"gpu", 1}};
  f.add("b", 0).needs.devices = {{"gpu", 1}};
  f.add("web", 2);
  EXPECT_THAT(f.says({1, 1, 1}), ElementsAre("VMs on h1 need 2 of PCI gpu; it has 1"));
  EXPECT_THAT(f.says({2, 0, 1}), ElementsAre("VMs on h2 need 1 of PCI gpu; it has 0"));
  f.expect_agreement();
}

TEST(Devices, AreTakenOnBothEndsOfAMove) {
  TestFleet f = with_gpus();
  f.add("a", 0).needs.devices = {{"gpu", 2}};
  f.add("b", 1).needs.devices = {{"gpu", 1}};
  f.fly(1, 2);
  f.s.hosts[2].offers.devices = {{"gpu", 1}};
  f.s.vms[0].needs.devices = {{"gpu", 1}};
  EXPECT_FALSE(f.allows({1, 2}));  // b has not left h1
  EXPECT_THAT(f.added(f.plan({{0, 1}})), ElementsAre("VMs on h1 need 2 of PCI gpu; it has 1"));
}

TEST(Devices, OfOperatorsAndVmsDrawOnTheSame) {
  TestFleet f = with_gpus();
  f.add("a", 0).needs.devices = {{"gpu", 1}};
  f.add("b", 0);
  f.say("  - {name: accel, kind: devices, vms: {named: [a, b]}, pci: [1 x gpu]}\n");
  EXPECT_THAT(f.says({1, 1}), ElementsAre("VMs on h1 need 2 of PCI gpu; it has 1"));
  EXPECT_THAT(f.says({0, 1}), IsEmpty());
  f.expect_agreement();
}

TEST(Devices, AreHugePagesOfASizeToo) {
  TestFleet f(3);
  f.s.hosts[0].offers.hugepages = {{2_MiB, 1024}, {1_GiB, 4}};
  f.s.hosts[1].offers.hugepages = {{2_MiB, 512}};
  f.add("a", 0).needs.hugepages = {{2_MiB, 512}};
  f.add("b", 0).needs.hugepages = {{2_MiB, 512}};
  EXPECT_THAT(f.says({1, 1}), ElementsAre("VMs on h1 need 1024 huge pages of 2 MiB; it has 512"));
  f.expect_agreement();
}

}  // namespace
}  // namespace headroom::constraints
