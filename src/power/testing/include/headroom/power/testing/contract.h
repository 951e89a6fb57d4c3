// The contract of the HostPower port, as tests that run on any adapter that can tell its state. Who has a switch links
// headroom::power_contract, and gives the tests a host that is off:
//
//   INSTANTIATE_TEST_SUITE_P(Mine, HostPowerContract, ::testing::Values(HostPowerCase{"Mine", my_host}), host_power_name);
//
// What it is told is so when the call comes back, or `patience` later.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "headroom/base/instant.h"
#include "headroom/power/host_power.h"

namespace headroom::testing {

// A host that is off, and its switch.
struct HostPowerRig {
  std::shared_ptr<void> world;  // what the switch needs to live
  std::unique_ptr<HostPower> power;
  Duration patience{};
};

struct HostPowerCase {
  std::string name;
  std::function<HostPowerRig()> make;  // without a switch: cannot be run here, and is skipped
};
inline std::string host_power_name(const ::testing::TestParamInfo<HostPowerCase>& info) { return info.param.name; }
inline void PrintTo(const HostPowerCase& c, std::ostream* out) { *out << c.name; }

class HostPowerContract : public ::testing::TestWithParam<HostPowerCase> {
 protected:
  void SetUp() override;
  void expect(SwitchState state);

  HostPowerRig rig_;
};

}  // namespace headroom::testing
