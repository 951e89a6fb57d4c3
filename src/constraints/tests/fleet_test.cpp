#include "../src/fleet.h"

#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Selection, MatchesOneOfEachListThatIsThere) {
  TestFleet f(1);
  f.add("web-1", 0).tags = {"prod", "ssd"};
  f.add("web-2", 0).tags = {"test"};
  f.add("db-1", 0).tags = {"prod"};
  f.s.vms[0].groups = {"shop"};
  f.s.vms[2].apart_groups = {"shop"};
  const Fleet fleet(f.s);
  const auto vms = [&](Names named, Names tagged, Names grouped) { return fleet.select(VmSelection{named, tagged, grouped}); };
  EXPECT_THAT(vms({}, {}, {}), ElementsAre(0, 1, 2));
  EXPECT_THAT(vms({"web-*", "web-1"}, {}, {}), ElementsAre(0, 1));
  EXPECT_THAT(vms({}, {"prod", "ssd"}, {}), ElementsAre(0, 2));
  EXPECT_THAT(vms({}, {}, {"shop"}), ElementsAre(0, 2));
  EXPECT_THAT(vms({"web-*"}, {"prod"}, {}), ElementsAre(0));
  EXPECT_THAT(vms({}, {"prod"}, {"shop"}), ElementsAre(0, 2));
  EXPECT_THAT(vms({"web-*"}, {"test"}, {"shop"}), IsEmpty());
}

TEST(Selection, OfHostsGoesByNameTagRackAndZone) {
  TestFleet f(6);
  f.s.hosts[5].tags = {"ssd"};
  const Fleet fleet(f.s);
  const auto hosts = [&](HostSelection s) { return fleet.select(s); };
  EXPECT_THAT(hosts({.named = {"h1", "h[", "h?"}}), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(hosts({.racks = {"r1"}}), ElementsAre(2, 3));
  EXPECT_THAT(hosts({.zones = {"z1"}}), ElementsAre(4, 5));
  EXPECT_THAT(hosts({.tagged = {"ssd"}, .zones = {"z1"}}), ElementsAre(5));
  EXPECT_THAT(hosts({.tagged = {"ssd"}, .zones = {"z0"}}), IsEmpty());
}

TEST(Fleet, TellsRacksOfOneNameInTwoZonesApart) {
  TestFleet f(3);
  for (Host& h : f.s.hosts) h.rack = "r";
  f.s.hosts[0].zone = "a";
  f.s.hosts[1].zone = f.s.hosts[2].zone = "b";
  const Fleet fleet(f.s);
  EXPECT_EQ(fleet.places(Scope::kRack), 2U);
  EXPECT_EQ(fleet.place(Scope::kRack, 1), fleet.place(Scope::kRack, 2));
  EXPECT_EQ(fleet.place_name(Scope::kRack, fleet.place(Scope::kRack, 0)), "a/r");
}

}  // namespace
}  // namespace headroom::constraints
