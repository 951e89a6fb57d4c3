#include "headroom/hypervisor/testing/faulty_hypervisor.h"

#include <gtest/gtest.h>

#include "headroom/hypervisor/testing/fake_hypervisor.h"

namespace headroom::testing {
namespace {

constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'000);

Action grow(VmId vm, HostId on) {
  Action a;
  a.kind = ActionKind::kResize;
  a.vm = vm;
  a.from = on;
  a.before = Resources(2_cores, 4_GiB, 100_MBps, 100_MBps);
  a.after = Resources(4_cores, 4_GiB, 100_MBps, 100_MBps);
  return a;
}

struct FaultyHypervisorTest : ::testing::Test {
  ManualClock clock{kStart};
  FakeHypervisor fake{small_fleet(2, 2, kStart), clock};
};

TEST_F(FaultyHypervisorTest, ChangesNothingWithoutFaults) {
  FaultyHypervisor faulty(fake, clock, {}, 1);
  ASSERT_TRUE(faulty.start(ActionId(1), grow(VmId(0), HostId(0))));
  EXPECT_EQ(faulty.progress(ActionId(1))->state, ActionState::kDone);
  EXPECT_EQ(faulty.inventory()->vms[0].allocation.cpu(), 4_cores);
}

TEST_F(FaultyHypervisorTest, LosesTheAnswerAndNotTheAction) {
  FaultyHypervisor faulty(fake, clock, {.lose_start_answer = 1}, 1);
  EXPECT_EQ(faulty.start(ActionId(1), grow(VmId(0), HostId(0))).error().code, ErrorCode::kUnreachable);
  EXPECT_TRUE(fake.was_started(ActionId(1)));
}

TEST_F(FaultyHypervisorTest, LosesTheRequestAndTheActionWithIt) {
  FaultyHypervisor faulty(fake, clock, {.lose_start_request = 1}, 1);
  EXPECT_EQ(faulty.start(ActionId(1), grow(VmId(0), HostId(0))).error().code, ErrorCode::kUnreachable);
  EXPECT_FALSE(fake.was_started(ActionId(1)));
}

TEST_F(FaultyHypervisorTest, DeliversADelayedStartWithinItsDelay) {
  FaultyHypervisor faulty(fake, clock, {.delay_start = 1}, 1);
  EXPECT_EQ(faulty.start(ActionId(1), grow(VmId(0), HostId(0))).error().code, ErrorCode::kUnreachable);
  clock.set(kStart + std::chrono::seconds(46));
  (void)faulty.inventory();
  EXPECT_TRUE(fake.was_started(ActionId(1)));
  EXPECT_FALSE(faulty.has_delayed_starts());
}

TEST_F(FaultyHypervisorTest, DeniesAnActionOnlySoManyTimesInARow) {
  FaultyHypervisor faulty(fake, clock, {.false_not_found = 1}, 1);
  ASSERT_TRUE(faulty.start(ActionId(1), grow(VmId(0), HostId(0))));
  EXPECT_FALSE(faulty.progress(ActionId(1)));
  EXPECT_FALSE(faulty.progress(ActionId(1)));
  EXPECT_TRUE(faulty.progress(ActionId(1)));
}

TEST_F(FaultyHypervisorTest, RepeatsItselfFromItsSeed) {
  auto history = [&](std::uint64_t seed) {
    FaultyHypervisor faulty(fake, clock, Faults::all(0.5), seed);
    std::vector<bool> answered;
    for (int i = 0; i < 64; ++i) answered.push_back(faulty.inventory().has_value());
    return answered;
  };
  EXPECT_EQ(history(7), history(7));
  EXPECT_NE(history(7), history(8));
}

}  // namespace
}  // namespace headroom::testing
