#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TEST(Maintenance, LetsNobodyInAndWantsThoseThereToLeave) {
  TestFleet f(3);
  f.add("a", 0);
  f.add("b", 1);
  f.s.hosts[1].accepts_vms = false;
  EXPECT_THAT(f.says({1, 1}), ElementsAre("a is on h1, which takes no VMs", "b is on h1, which takes no VMs"));
  EXPECT_THAT(f.added({1, 1}), ElementsAre("a is on h1, which takes no VMs"));
  EXPECT_DOUBLE_EQ(f.price({0, 1}), FleetPrices{}.drain_usd_per_hour);
  EXPECT_DOUBLE_EQ(f.price({0, 0}), 0);
  f.expect_agreement();
}

TEST(Maintenance, OfOperatorsIsTheSameAtTheirPrice) {
  TestFleet f(4);
  f.add("a", 0);
  f.add("b", 2);
  f.say("  - {name: rack-move, kind: maintenance, hosts: {racks: [r1]}, price: 5 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({0, 2}), 5);
  EXPECT_FALSE(f.allows({0, 3}));  // from one host that is to be left to another
  EXPECT_THAT(f.added({3, 2}), ElementsAre("a is on h3, which takes no VMs"));
  f.s.hosts[0].accepts_vms = false;
  EXPECT_THAT(to_be_left(f.s), ElementsAre(HostId(0), f.s.hosts[2].id, f.s.hosts[3].id));
  f.s.hosts[0].accepts_vms = true;
  f.expect_agreement();
}

TEST(Maintenance, EmptiesAHostWhenThereIsRoom) {
  TestFleet f(3);
  for (std::size_t v = 0; v < 5; ++v) f.add("vm" + std::to_string(v), 0);
  f.s.hosts[0].accepts_vms = false;
  const FleetProblem made = f.problem();
  placement::SolveOptions options;
  options.tries = 100'000;
  const auto answer = placement::solve(made.problem, options);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(f.says(made.hosts_of_vms(answer->assignment)), IsEmpty());
}

}  // namespace
}  // namespace headroom::constraints
