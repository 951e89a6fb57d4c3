#include "headroom/power/testing/contract.h"

#include "headroom/base/stop.h"

// A program that links the contract runs it on what it instantiates.
namespace headroom::testing {
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HostPowerContract);

void HostPowerContract::SetUp() {
  rig_ = GetParam().make();
  if (rig_.power == nullptr) GTEST_SKIP() << "there is no host to switch here";
}

void HostPowerContract::expect(SwitchState state) {
  Result<SwitchState> said;
  (void)poll_until([&] { return (said = rig_.power->state()) && *said == state; }, rig_.patience);
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(name(*said), name(state));
}

TEST_P(HostPowerContract, IsStartedAndStoppedAndSaysSo) {
  ASSERT_TRUE(rig_.power->can_start() && rig_.power->can_stop());
  expect(SwitchState::kOff);
  ASSERT_TRUE(rig_.power->start());
  expect(SwitchState::kOn);
  ASSERT_TRUE(rig_.power->stop());
  expect(SwitchState::kOff);
}

TEST_P(HostPowerContract, SayingAgainWhatIsSoChangesNothing) {
  ASSERT_TRUE(rig_.power->stop());
  expect(SwitchState::kOff);
  ASSERT_TRUE(rig_.power->start());
  expect(SwitchState::kOn);
  ASSERT_TRUE(rig_.power->start());
  expect(SwitchState::kOn);
}

}  // namespace headroom::testing
