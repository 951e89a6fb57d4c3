#include "test_fleet.h"

namespace headroom::constraints {
namespace {

constexpr const char* kOne = "  - {name: n+1, kind: reserve, lost: 1}\n";

void foresee(Vm& vm, double cpu, double deviation) {
  vm.forecast.state = ForecastState::kReady;
  Band band;
  for (std::size_t i = 0; i < kLevelCount; ++i)
    band.at[i] = static_cast<float>(cpu + deviation * (static_cast<double>(i) - 1));
  for (Resource r : kAllResources) vm.forecast.outlook[index(r)].assign(5, {Band::certain(0), Band::certain(0)});
  vm.forecast.outlook[index(Resource::kCpu)].assign(5, {band, band});
}

// Three hosts of 8 cores, three VMs of 6 cores allocated each.
TestFleet busy(double cpu, double deviation = 0) {
  TestFleet f(3);
  for (std::size_t h = 0; h < 3; ++h) {
    Vm& vm = f.add("vm" + std::to_string(h), h);
    vm.allocation = Resources(6_cores, 4_GiB);
    foresee(vm, cpu, deviation);
  }
  f.say(kOne);
  return f;
}

TEST(Reserve, GoesByWhatIsForecastNotByWhatIsAllocated) {
  EXPECT_THAT(busy(5000).says({0, 1, 2}), IsEmpty());  // 15 of the 16 cores that two hosts have
  EXPECT_THAT(busy(5500).says({0, 1, 2}),
              ElementsAre("'n+1': with 1 host lost, 16 cores of cpu would be left for 16.5 cores"));
}

TEST(Reserve, AsksForRoomForTheUncertaintyOfAll) {
  EXPECT_THAT(busy(5000, 700).says({0, 1, 2}), ::testing::SizeIs(1));
}

TEST(Reserve, LosesTheLargestHosts) {
  TestFleet f = busy(5000);
  f.s.hosts[2].physical = Resources(12_cores, 32_GiB, 1000_MBps, 1000_MBps);
  EXPECT_THAT(f.says({0, 1, 2}), IsEmpty());  // 16 are left
  f.s.hosts[0].physical = Resources(6_cores, 32_GiB, 1000_MBps, 1000_MBps);
  EXPECT_THAT(f.says({0, 1, 2}), ::testing::SizeIs(1));
}

TEST(Reserve, HoldsMemoryByAllocation) {
  TestFleet f = busy(1000);
  for (Vm& vm : f.s.vms) vm.allocation = Resources(6_cores, 24_GiB);
  EXPECT_THAT(f.says({0, 1, 2}), ElementsAre("'n+1': with 1 host lost, 64 GiB of memory would be left for 72 GiB"));
}

TEST(Reserve, MayLoseRacks) {
  TestFleet f(5);
  for (std::size_t v = 0; v < 3; ++v) {
    Vm& vm = f.add("vm" + std::to_string(v), v);
    vm.allocation = Resources(8_cores, 1_GiB);
    foresee(vm, 8000, 0);
  }
  f.say("  - {name: racks, kind: reserve, lost: 1, scope: rack}\n");
  EXPECT_THAT(f.says({0, 1, 2}), IsEmpty());  // 24 of 24 cores
  f.s.hosts[4].power = PowerState::kOff;
  EXPECT_THAT(f.says({0, 1, 2}), ElementsAre("'racks': with 1 rack lost, 16 cores of cpu would be left for 24 cores"));
}

TEST(Reserve, IsBrokenByStoppingAHostThatItNeeds) {
  TestFleet f(4);
  for (std::size_t v = 0; v < 3; ++v) {
    Vm& vm = f.add("vm" + std::to_string(v), v);
    vm.allocation = Resources(6_cores, 1_GiB);
    foresee(vm, 6000, 0);
  }
  f.say(kOne);
  Plan plan;
  plan.actions.push_back({ActionKind::kStopHost, {}, f.s.hosts[3].id, {}, {}, {}, {}});
  EXPECT_THAT(f.added(plan), ElementsAre("'n+1': with 1 host lost, 16 cores of cpu would be left for 18 cores"));
}

TEST(Reserve, KeepsItsShareOfEveryHostFree) {
  TestFleet f(4);
  for (std::size_t v = 0; v < 4; ++v) f.add("vm" + std::to_string(v), v);
  f.say(kOne);
  EXPECT_THAT(f.problem().problem.capacity, ElementsAre(75, 75, 75, 75));
  f.s.constraints[0].hosts.named = {"h0", "h1"};
  EXPECT_THAT(f.problem().problem.capacity, ElementsAre(50, 50, 100, 100));
}

TEST(Reserve, AtAPriceCostsThatMuchForARoomOfAHostThatIsUsed) {
  TestFleet f(2);
  f.add("vm", 0);
  f.say("  - {name: n+1, kind: reserve, lost: 1, price: 1 USD/h}\n");
  auto per_vm = f.per_vm();
  per_vm.need = {60};
  const auto made = make_fleet_problem(f.s, per_vm, {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_NEAR(static_cast<double>(placement::cost_of(made->problem, {0}).total()), 1e6 * (60 - 50) / 100, 1);
}

}  // namespace
}  // namespace headroom::constraints
