#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Mobility, KeepsWhatCannotMoveLive) {
  TestFleet f(3);
  f.add("a", 0);
  Vm& vm = f.add("b", 1);
  vm.mobility = Mobility::kImmovable;
  vm.mobility_reason = "vfio device 0000:3b:00.0";
  EXPECT_THAT(f.says({0, 2}), ElementsAre("b may not be moved live: vfio device 0000:3b:00.0"));
  f.expect_agreement();
}

TEST(Mobility, OfOneMemberKeepsTheUnit) {
  TestFleet f(3);
  f.add("a", 0).groups = {"g"};
  f.add("b", 0).groups = {"g"};
  f.s.vms[1].mobility = Mobility::kCold;
  EXPECT_TRUE(f.allows({0, 0}));
  EXPECT_FALSE(f.allows({1, 1}));
}

TEST(Mobility, IsStrongerThanAnyFence) {
  TestFleet f(3);
  f.add("a", 0).mobility = Mobility::kImmovable;
  f.say("  - {name: away, kind: fence, vms: {named: [a]}, hosts: {named: [h1]}}\n");
  EXPECT_TRUE(f.allows({0}));
  EXPECT_FALSE(f.allows({1}));
}

TEST(FleetProblem, LeavesAloneWhatIsNotOursToMove) {
  TestFleet f(2);
  f.add("foreign", 0).owner = "nova";
  f.add("observed", 0).level = AutomationLevel::kObserve;
  f.add("flying", 0);
  f.fly(2, 1);
  f.add("ours", 0);
  EXPECT_TRUE(f.allows({0, 0, 1, 1}));
  EXPECT_FALSE(f.allows({1, 0, 1, 0}));
  EXPECT_FALSE(f.allows({0, 1, 1, 0}));
  EXPECT_FALSE(f.allows({0, 0, 0, 0}));  // it is on its way
}

}  // namespace
}  // namespace headroom::constraints
