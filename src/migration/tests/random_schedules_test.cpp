// Some 2,000 random problems in ten blocks, or 100,000 with HEADROOM_LONG set; HEADROOM_SEED replays one.
#include <gtest/gtest.h>

#include <cstdlib>

#include "headroom/migration_testing/trial.h"

namespace headroom::migration_testing {
namespace {

constexpr int kBlocks = 10;

class RandomSchedules : public ::testing::TestWithParam<int> {};

TEST_P(RandomSchedules, NeverComeToAStateThatMustNotBeHoweverLongLegsTakeAndWhicheverFail) {
  const char *seed = std::getenv("HEADROOM_SEED"), *many = std::getenv("HEADROOM_LONG");
  const std::uint64_t count = seed ? 1 : (many ? 100'000 : 2'000) / kBlocks;
  const std::uint64_t first = seed ? std::strtoull(seed, nullptr, 10) : 1 + count * static_cast<std::uint64_t>(GetParam());
  Trial all;
  for (std::uint64_t s = first; s < first + count; ++s) {
    const Trial trial = try_schedule(s);
    for (const std::string& breach : trial.breaches) ADD_FAILURE() << breach;
    if (HasFailure()) return;
    all.legs += trial.legs;
    all.refused += trial.refused;
    all.detours += trial.detours;
    all.not_begun += trial.not_begun;
  }
  std::printf("seeds %llu to %llu: %zu legs, %zu detours, %zu moves refused, %zu legs not begun in replays with failures\n",
              static_cast<unsigned long long>(first), static_cast<unsigned long long>(first + count - 1), all.legs, all.detours,
              all.refused, all.not_begun);
  if (count == 1) return;
  EXPECT_GT(all.legs, count);  // what was tried was worth trying
  EXPECT_GT(all.detours, count / 20);
  EXPECT_GT(all.refused, count / 10);
  EXPECT_GT(all.not_begun, count / 10);
}

INSTANTIATE_TEST_SUITE_P(Blocks, RandomSchedules, ::testing::Range(0, kBlocks));

}  // namespace
}  // namespace headroom::migration_testing
