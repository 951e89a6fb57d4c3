#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Reachability, WantsTheStorageAndNetworksOfAVm) {
  TestFleet f(3);
  f.s.hosts[0].offers = {.storages = {"ceph", "nfs"}, .networks = {"vlan10", "vlan20"}};
  f.s.hosts[1].offers = {.storages = {"ceph"}, .networks = {"vlan10"}};
  f.add("a", 0).needs = {.storages = {"ceph"}, .networks = {"vlan10"}};
  f.add("b", 0).needs = {.storages = {"nfs"}, .networks = {"vlan20"}};
  EXPECT_THAT(f.says({1, 1}), ElementsAre("b needs storage nfs, network vlan20, which h1 does not reach"));
  f.expect_agreement();
}

TEST(Reachability, WantsWhatOperatorsSay) {
  TestFleet f(3);
  f.s.hosts[2].offers.networks = {"dmz"};
  f.add("front-a", 2);
  f.add("back-a", 0);
  f.say("  - {name: dmz, kind: reachability, vms: {named: [front-*]}, networks: [dmz]}\n");
  f.expect_agreement();
}

TEST(Reachability, AtAPriceIsWeighed) {
  TestFleet f(3);
  f.s.hosts[2].offers.storages = {"nvme"};
  f.add("a", 2);
  f.say("  - {name: near, kind: reachability, vms: {named: [a]}, storages: [nvme], price: 0.02 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({0}), 0.02);
}

}  // namespace
}  // namespace headroom::constraints
