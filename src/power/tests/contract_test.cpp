// What every adapter of the port promises, on all that can tell its state: against real parts where there are any.
#include <gmock/gmock.h>

#include <functional>

#include "headroom/power/simulated_power.h"
#include "ipmi_simulator.h"
#include "redfish_server.h"

namespace headroom {
namespace {

// A host that is off, and its switch.
struct Rig {
  std::shared_ptr<void> world;  // what the switch needs to live
  std::unique_ptr<HostPower> power;
};

Rig simulated() { return {nullptr, std::make_unique<SimulatedPower>(SimulatedPower::Behaviour{.state = SwitchState::kOff})}; }

PowerCommand state_in_a_file(const Folder& folder) {
  folder.put("state", "off\n");
  const std::string file = folder.at("state");
  return {.program = folder.script("switch", fmt::format("[ \"$2\" = h1 ] || exit 3\n"
                                                         "case $1 in start) echo on > {0} ;; stop) echo off > {0} ;; state) cat {0} ;; esac\n",
                                                         file)),
          .host = "h1"};
}

Rig command() {
  auto folder = std::make_shared<Folder>();
  auto power = make_power(state_in_a_file(*folder)).value();
  return {folder, std::move(power)};
}

Rig ipmi() {
  auto board = std::make_shared<IpmiSimulator>();
  auto power = make_power(board->board()).value();
  return {board, std::move(power)};
}

Rig redfish() {
  auto board = std::make_shared<RedfishServer>();
  auto power = make_power(board->board()).value();
  return {board, std::move(power)};
}

struct Case {
  const char* name;
  std::function<Rig()> make;
};

class HostPowerContract : public ::testing::TestWithParam<Case> {};

TEST_P(HostPowerContract, IsStartedAndStoppedAndSaysSo) {
  const Rig rig = GetParam().make();
  ASSERT_TRUE(rig.power->can_start() && rig.power->can_stop());
  EXPECT_EQ(rig.power->state().value(), SwitchState::kOff);
  ASSERT_TRUE(rig.power->start());
  EXPECT_EQ(rig.power->state().value(), SwitchState::kOn);
  ASSERT_TRUE(rig.power->stop());
  EXPECT_EQ(rig.power->state().value(), SwitchState::kOff);
}

TEST_P(HostPowerContract, SayingAgainWhatIsSoChangesNothing) {
  const Rig rig = GetParam().make();
  ASSERT_TRUE(rig.power->stop());
  EXPECT_EQ(rig.power->state().value(), SwitchState::kOff);
  ASSERT_TRUE(rig.power->start());
  ASSERT_TRUE(rig.power->start());
  EXPECT_EQ(rig.power->state().value(), SwitchState::kOn);
}

INSTANTIATE_TEST_SUITE_P(Adapters, HostPowerContract,
                         ::testing::Values(Case{"Simulated", simulated}, Case{"Command", command}, Case{"Ipmi", ipmi}, Case{"Redfish", redfish}),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace headroom
