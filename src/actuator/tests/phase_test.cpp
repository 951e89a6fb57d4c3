#include "headroom/actuator/phase.h"

#include <gtest/gtest.h>

#include <set>

#include "headroom/actuator/verdict.h"

namespace headroom {
namespace {

using enum ActionPhase;

TEST(ActionPhase, LeavesNoEnd) {
  for (auto end : {kDone, kFailed, kCancelled, kNotTaken}) {
    EXPECT_TRUE(is_over(end));
    for (std::size_t to = 0; to < kActionPhaseCount; ++to) EXPECT_FALSE(may_follow(end, static_cast<ActionPhase>(to)));
  }
  for (auto on : {kPlanned, kStarted, kUnknown, kClaimed}) EXPECT_FALSE(is_over(on));
}

TEST(ActionPhase, IsNeverPlannedAgain) {
  for (std::size_t from = 0; from < kActionPhaseCount; ++from)
    EXPECT_FALSE(may_follow(static_cast<ActionPhase>(from), kPlanned));
}

TEST(ActionPhase, IsNotTakenOnlyAfterTheHypervisorClaimedIt) {
  for (auto from : {kPlanned, kStarted, kUnknown}) EXPECT_FALSE(may_follow(from, kNotTaken));
  EXPECT_TRUE(may_follow(kClaimed, kNotTaken));
}

TEST(ActionPhase, IsReadFromTheWordItIsWrittenAs) {
  for (std::size_t i = 0; i < kActionPhaseCount; ++i)
    EXPECT_EQ(parse_action_phase(name(static_cast<ActionPhase>(i))), static_cast<ActionPhase>(i));
  EXPECT_FALSE(parse_action_phase("finished").has_value());
}

TEST(Refusal, HasItsOwnWordForEachReason) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kRefusalCount; ++i) words.insert(name(static_cast<Refusal>(i)));
  EXPECT_EQ(words.size(), kRefusalCount);
  EXPECT_EQ(name(Refusal::kHypervisor), "hypervisor");
}

}  // namespace
}  // namespace headroom
