// Plans against constraints on where VMs may be: whatever planner made them, the checker refuses what breaks one.
#include <gmock/gmock.h>

#include "headroom/planner/checker.h"
#include "world.h"

namespace headroom {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Plan move(const TestWorld& w, std::size_t vm, std::size_t to) {
  Plan plan;
  const Vm& it = w.s.vms[vm];
  plan.actions.push_back({ActionKind::kMigrate, it.id, it.host, w.s.hosts[to].id, it.allocation, it.allocation, {}});
  return plan;
}

Constraint apart() {
  Constraint c;
  c.name = "replicas";
  c.kind = ConstraintKind::kApart;
  c.vms.named = {"vm*"};
  return c;
}

TEST(CheckPlan, RefusesWhatBreaksAHardConstraint) {
  TestWorld w(3);
  w.add(0, 1000, 500);
  w.add(1, 1000, 500);
  w.s.constraints = {apart()};
  EXPECT_THAT(check_plan(w.s, move(w, 0, 1)), ElementsAre("'replicas' has to be apart and 2 of it are in host h1"));
  EXPECT_THAT(check_plan(w.s, move(w, 0, 2)), IsEmpty());
}

TEST(CheckPlan, LetsASoftConstraintBeBroken) {
  TestWorld w(3);
  w.add(0, 1000, 500);
  w.add(1, 1000, 500);
  w.s.constraints = {apart()};
  w.s.constraints[0].usd_per_hour = 0.1;
  EXPECT_THAT(check_plan(w.s, move(w, 0, 1)), IsEmpty());
}

TEST(CheckPlan, LetsAConstraintThatIsBrokenBeMendedOrStay) {
  TestWorld w(3);
  w.add(0, 1000, 500);
  w.add(0, 1000, 500);
  w.add(1, 1000, 500);
  w.s.constraints = {apart()};
  EXPECT_THAT(check_plan(w.s, Plan{}), IsEmpty());
  EXPECT_THAT(check_plan(w.s, move(w, 0, 2)), IsEmpty());
  EXPECT_THAT(check_plan(w.s, move(w, 2, 0)), ElementsAre("'replicas' has to be apart and 3 of it are in host h0"));
}

TEST(CheckPlan, RefusesToMoveWhatIsImmovableOrToWhereNobodyMayGo) {
  TestWorld w(2);
  w.add(0, 1000, 500).mobility = Mobility::kCold;
  w.s.vms[0].mobility_reason = "local disk vda";
  EXPECT_THAT(check_plan(w.s, move(w, 0, 1)), ElementsAre("vm0 may not be moved live: local disk vda"));
  w.s.vms[0].mobility = Mobility::kLive;
  w.s.hosts[1].accepts_vms = false;
  EXPECT_THAT(check_plan(w.s, move(w, 0, 1)), ElementsAre("vm0 is on h1, which takes no VMs"));
  w.s.hosts[1].accepts_vms = true;
  w.s.hosts[1].power = PowerState::kOff;
  EXPECT_THAT(check_plan(w.s, move(w, 0, 1)), ElementsAre("vm0 is moved to h1, which is not on"));
}

}  // namespace
}  // namespace headroom
