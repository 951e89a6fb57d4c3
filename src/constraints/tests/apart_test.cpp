#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TestFleet three(const std::string& more) {
  TestFleet f(4);
  for (const char* name : {"db-a", "db-b", "web"}) f.add(name, f.s.vms.size());
  f.say("  - {name: replicas, kind: apart, vms: {named: [db-*]}" + more + "}\n");
  return f;
}

TEST(Apart, KeepsTwoFromOneHost) {
  const TestFleet f = three("");
  EXPECT_THAT(f.says({1, 1, 1}), ElementsAre("'replicas' has to be apart and 2 of it are in host h1"));
  EXPECT_THAT(f.says({1, 2, 1}), IsEmpty());
  f.expect_agreement();
}

TEST(Apart, KeepsTwoFromOneRack) {
  TestFleet f = three(", scope: rack");
  f.s.vms[1].host = HostId(2);
  EXPECT_THAT(f.says({2, 3, 0}), ElementsAre("'replicas' has to be apart and 2 of it are in rack z0/r1"));
  f.expect_agreement();
}

TEST(Apart, KeepsTwoFromOneZone) {
  TestFleet f(6);
  f.add("db-a", 0);
  f.add("db-b", 4);
  f.say("  - {name: replicas, kind: apart, vms: {named: [db-*]}, scope: zone}\n");
  f.expect_agreement();
}

TEST(Apart, TakesHostsOfUnknownRackForOnePlace) {
  TestFleet f = three(", scope: rack");
  for (Host& h : f.s.hosts) h.rack = h.zone = "";
  EXPECT_THAT(f.says({0, 3, 1}), ElementsAre("'replicas' has to be apart and 2 of it are in rack unknown"));
}

TEST(Apart, HoldsForAntiAffinityGroupsThatVmsName) {
  TestFleet f(3);
  f.add("a", 0).apart_groups = {"db"};
  f.add("b", 1).apart_groups = {"db"};
  EXPECT_THAT(f.says({2, 2}), ElementsAre("'apart group db' has to be apart and 2 of it are in host h2"));
  f.expect_agreement();
}

TEST(Apart, IsNotBrokenOnTheWayEither) {
  const TestFleet f = three("");
  // They change places: each is still where the other arrives.
  EXPECT_THAT(f.added(f.plan({{0, 1}, {1, 0}})), ElementsAre("'replicas' has to be apart and 2 of it are in host h0"));
  EXPECT_THAT(f.added(f.plan({{0, 2}, {1, 3}})), IsEmpty());
}

TEST(Apart, LeavesThePlaceOfAVmThatHasNotLeftItYetAlone) {
  TestFleet f = three("");
  f.fly(0, 3);
  EXPECT_FALSE(f.allows({3, 0, 2}));
  EXPECT_THAT(f.added(f.plan({{1, 0}})), ElementsAre("'replicas' has to be apart and 2 of it are in host h0"));
  EXPECT_TRUE(f.allows({3, 2, 2}));
}

TEST(Apart, MayStayBrokenButGetsNoWorse) {
  TestFleet f(3);
  for (const char* name : {"db-a", "db-b", "db-c"}) f.add(name, 0);
  f.s.vms[2].host = HostId(1);
  f.say("  - {name: replicas, kind: apart, vms: {named: [db-*]}}\n");
  EXPECT_TRUE(f.allows({0, 0, 1}));
  EXPECT_THAT(f.added({0, 0, 1}), IsEmpty());
  EXPECT_FALSE(f.allows({0, 0, 0}));
  EXPECT_THAT(f.added({0, 0, 0}), ElementsAre("'replicas' has to be apart and 3 of it are in host h0"));
}

TEST(Apart, AtAPriceCostsThatMuchForEachVmTooMany) {
  TestFleet f = three(", price: 2 USD/h");
  EXPECT_DOUBLE_EQ(f.price({0, 1, 0}), 0);
  EXPECT_DOUBLE_EQ(f.price({1, 1, 1}), 2);
  EXPECT_THAT(f.added({1, 1, 1}), IsEmpty());
}

}  // namespace
}  // namespace headroom::constraints
