// What every adapter of the port promises, on all that can tell its state: against real parts where there are any.
#include "headroom/power/testing/contract.h"

#include "headroom/power/simulated_power.h"
#include "ipmi_simulator.h"
#include "redfish_server.h"

namespace headroom::testing {
namespace {

HostPowerRig simulated() { return {nullptr, std::make_unique<SimulatedPower>(SimulatedPower::Behaviour{.state = SwitchState::kOff}), {}}; }

PowerCommand state_in_a_file(const Folder& folder) {
  folder.put("state", "off\n");
  const std::string file = folder.at("state");
  return {.program = folder.script("switch", fmt::format("[ \"$2\" = h1 ] || exit 3\n"
                                                         "case $1 in start) echo on > {0} ;; stop) echo off > {0} ;; state) cat {0} ;; esac\n",
                                                         file)),
          .host = "h1"};
}

HostPowerRig command() {
  auto folder = std::make_shared<Folder>();
  auto power = make_power(state_in_a_file(*folder)).value();
  return {folder, std::move(power), {}};
}

HostPowerRig ipmi() {
  auto board = std::make_shared<IpmiSimulator>();
  auto power = make_power(board->board()).value();
  return {board, std::move(power), {}};
}

HostPowerRig redfish() {
  auto board = std::make_shared<RedfishServer>();
  auto power = make_power(board->board()).value();
  return {board, std::move(power), {}};
}

const auto kAdapters = ::testing::Values(HostPowerCase{"Simulated", simulated}, HostPowerCase{"Command", command}, HostPowerCase{"Ipmi", ipmi},
                                         HostPowerCase{"Redfish", redfish});
INSTANTIATE_TEST_SUITE_P(Adapters, HostPowerContract, kAdapters, host_power_name);

}  // namespace
}  // namespace headroom::testing
