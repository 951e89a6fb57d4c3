#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Spread, KeepsVmsInEnoughRacks) {
  TestFleet f(5);
  f.add("q-a", 0);
  f.add("q-b", 1);
  f.add("q-c", 4);
  f.say("  - {name: quorum, kind: spread, scope: rack, at least: 2, vms: {named: [q-*]}}\n");
  EXPECT_THAT(f.says({0, 1, 1}), ElementsAre("'quorum' has to be in at least 2 racks and is in z0/r0"));
  f.expect_agreement();
}

TEST(Spread, KeepsVmsInEnoughZonesAndHosts) {
  for (const char* scope : {"zone", "host"}) {
    TestFleet f(5);
    f.add("q-a", 0);
    f.add("q-b", 4);
    f.say(std::string("  - {name: quorum, kind: spread, scope: ") + scope + ", at least: 2, vms: {named: [q-*]}}\n");
    f.expect_agreement();
  }
}

TEST(Spread, AsksOfFewVmsNoMorePlacesThanTheyAre) {
  TestFleet f(5);
  f.add("q-a", 0);
  f.add("q-b", 1);
  f.say("  - {name: quorum, kind: spread, scope: host, at least: 3, vms: {named: [q-*]}}\n");
  EXPECT_THAT(Judge(f.s).now(), IsEmpty());
  f.expect_agreement();
}

TEST(Spread, AtAPriceCostsThatMuchForEachPlaceThatIsMissing) {
  TestFleet f(6);
  for (const char* name : {"q-a", "q-b", "q-c"}) f.add(name, 0);
  f.say("  - {name: quorum, kind: spread, scope: rack, at least: 3, vms: {named: [q-*]}, price: 1 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({0, 1, 1}), 2);
  EXPECT_DOUBLE_EQ(f.price({0, 2, 1}), 1);
  EXPECT_DOUBLE_EQ(f.price({0, 2, 4}), 0);
}

}  // namespace
}  // namespace headroom::constraints
