#include "headroom/libvirt/policy_change.h"

#include <gtest/gtest.h>

namespace headroom::libvirt {
namespace {

VmPolicy given() {
  VmPolicy policy;
  policy.level = AutomationLevel::kObserve;
  policy.floor = {1000, (2_GiB).count(), std::nullopt, std::nullopt};
  policy.ceiling = {4000, std::nullopt, std::nullopt, std::nullopt};
  return policy;
}

std::string error_of(const PolicyChange& change) {
  const auto made = changed(given(), change);
  return made ? "accepted" : made.error().message;
}

TEST(PolicyChange, LeavesWhatIsNotGivenAsItIs) {
  EXPECT_EQ(*changed(given(), {}), given());
  const VmPolicy policy = *changed(given(), {.level = "auto", .floor = "cpu=0.5vCPU,network=20MB/s", .moves = "no"});
  EXPECT_EQ(policy.level, AutomationLevel::kAuto);
  EXPECT_EQ(policy.floor, (VmPolicy::Bounds{500, (2_GiB).count(), std::nullopt, 20'000'000}));
  EXPECT_EQ(policy.ceiling, given().ceiling);
  EXPECT_FALSE(policy.may_move);
}

TEST(PolicyChange, TakesBack) {
  EXPECT_EQ(changed(given(), {.level = "fleet"})->level, std::nullopt);
  EXPECT_EQ(changed(given(), {.floor = "none"})->floor, VmPolicy::Bounds{});
  EXPECT_EQ(*changed(given(), {.clear = true}), VmPolicy{});
  EXPECT_EQ(changed(given(), {.clear = true, .ceiling = "memory=4GiB"})->ceiling[index(Resource::kMemory)], (4_GiB).count());
}

TEST(PolicyChange, SaysWhatIsWrong) {
  EXPECT_EQ(error_of({.level = "sometimes"}), "level: 'sometimes' is no level; write observe, recommend, auto, or fleet for the fleet's");
  EXPECT_EQ(error_of({.moves = "never"}), "moves: 'never' is neither yes nor no");
  EXPECT_EQ(error_of({.floor = "cpu"}), "floor: 'cpu' is not of the form RESOURCE=AMOUNT; write cpu=2vCPU,memory=4GiB, or none");
  EXPECT_EQ(error_of({.floor = "cpu=1vCPU,"}), "floor: '' is not of the form RESOURCE=AMOUNT; write cpu=2vCPU,memory=4GiB, or none");
  EXPECT_EQ(error_of({.ceiling = "memory=4"}), "ceiling: '4' has no unit; write 16 GiB or 256 MiB");
  EXPECT_EQ(error_of({.ceiling = "cpu=0.5vCPU"}), "the floor of cpu would be over its ceiling; change both, or write none");
  EXPECT_EQ(error_of({.floor = "none", .ceiling = "cpu=0.5vCPU"}), "accepted");
}

TEST(PolicyChange, IsToldInTheWordsItWasAskedIn) {
  EXPECT_TRUE(PolicyChange{}.empty());
  EXPECT_EQ(in_words(PolicyChange{}), "");
  const PolicyChange all{true, "auto", "cpu=1vCPU", "none", "yes"};
  EXPECT_FALSE(all.empty());
  EXPECT_EQ(in_words(all), "clear, level auto, floor cpu=1vCPU, ceiling none, moves yes");
}

}  // namespace
}  // namespace headroom::libvirt
