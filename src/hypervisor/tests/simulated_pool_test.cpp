// What the simulated pool tells beyond the port's contract.
#include "headroom/hypervisor/simulated_pool.h"

#include <gtest/gtest.h>

#include "headroom/hypervisor/testing/fake_hypervisor.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'400);  // on the grid of five minutes
constexpr float kMemory = 2e9F;

// Two VMs; one core of the first is busy for half an hour, and none after that.
SimulatedPool pool_of(PoolTimings timings) {
  const Inventory start = testing::small_fleet(2, 2, kStart);
  RecordedDemand busy{kStart, {}, std::vector<std::uint8_t>(24, 1)}, idle = busy;
  for (RecordedDemand* d : {&busy, &idle}) {
    d->amount[index(Resource::kMemory)].assign(24, kMemory);
    d->amount[index(Resource::kCpu)].assign(24, 0);
  }
  std::fill_n(busy.amount[index(Resource::kCpu)].begin(), 6, 1000.0F);
  return {start.hosts, start.vms, {busy, idle}, minutes(5), kStart, timings};
}

TEST(SimulatedPool, TellsOfEachVmInItsTurnWhatItsGuestWritesTo) {
  SimulatedPool pool = pool_of({});
  pool.advance_to(kStart + minutes(30));
  const std::vector<Vm> vms = pool.inventory()->vms;
  ASSERT_EQ(vms[0].dirtied.size(), 2U);
  EXPECT_EQ(vms[0].dirtied[0].window, seconds(1));
  EXPECT_EQ(vms[0].dirtied[1].window, seconds(10));
  EXPECT_NEAR(static_cast<double>(vms[0].dirtied[1].amount.count()), 10 * 0.02 * kMemory, 1e6);
  EXPECT_LT(vms[1].dirtied[1].amount.count() * 15, vms[0].dirtied[1].amount.count()) << "it is idle";
  EXPECT_NE(vms[0].dirtied[0].at, vms[1].dirtied[0].at) << "not all at once";
}

// What it did half an hour ago is what is known of it.
TEST(SimulatedPool, KeepsASampleUntilTheNextIsDue) {
  SimulatedPool pool = pool_of({});
  pool.advance_to(kStart + minutes(30));
  const DirtiedMemory before = pool.inventory()->vms[0].dirtied[1];
  pool.advance_to(before.at + minutes(25));
  EXPECT_EQ(pool.inventory()->vms[0].dirtied[1].amount, before.amount);
  pool.advance_to(before.at + minutes(30));
  EXPECT_EQ(pool.inventory()->vms[0].dirtied[1].at, before.at + minutes(30));
}

TEST(SimulatedPool, TellsNothingOfItWhereThatIsAskedFor) {
  SimulatedPool pool = pool_of({.dirty_sample_every = {}});
  pool.advance_to(kStart + minutes(60));
  EXPECT_TRUE(pool.inventory()->vms[0].dirtied.empty());
}

}  // namespace
}  // namespace headroom
