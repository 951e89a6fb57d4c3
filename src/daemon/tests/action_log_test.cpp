#include "headroom/daemon/action_log.h"

#include <gtest/gtest.h>

#include "headroom/daemon/trail.h"

namespace headroom {
namespace {

Snapshot two_hosts() {
  Snapshot s;
  s.taken_at = instant_from_epoch_seconds(1'376'092'800);
  for (std::uint32_t i = 0; i < 2; ++i) {
    Host host;
    host.id = HostId(i);
    host.name = i == 0 ? "a" : "b";
    s.hosts.push_back(host);
  }
  Vm vm;
  vm.id = VmId(0);
  vm.name = "web";
  vm.host = HostId(0);
  vm.allocation = Resources(500_mcores, 4_GiB);
  s.vms = {vm};
  return s;
}

Action growth() {
  Action action;
  action.vm = VmId(0);
  action.from = HostId(0);
  action.before = Resources(500_mcores, 4_GiB);
  action.after = Resources(1250_mcores, 4_GiB);
  action.reason.resource = Resource::kCpu;
  return action;
}

Round round_with(Decision decision, std::string why) {
  Round round;
  round.plan.actions = {growth()};
  Verdict verdict;
  verdict.action = growth();
  verdict.decision = decision;
  verdict.id = decision == Decision::kStarted ? ActionId(7) : ActionId();
  verdict.why = std::move(why);
  round.verdicts = {verdict};
  return round;
}

TEST(ActionText, SaysTheChangeWithItsUnitOnce) {
  Action action = growth();
  EXPECT_EQ(action_text(action, "a", ""), "grow cpu 0.5 -> 1.25 cores");
  action.after = Resources(500_mcores, 512_MiB);
  EXPECT_EQ(action_text(action, "a", ""), "shrink memory 4 GiB -> 512 MiB");
  action.kind = ActionKind::kMigrate;
  EXPECT_EQ(action_text(action, "a", "b"), "move from a to b, shrink memory 4 GiB -> 512 MiB");
  action.kind = ActionKind::kStopHost;
  EXPECT_EQ(action_text(action, "a", ""), "stop a");
}

// It is begun between two rounds, and over before the second.
TEST(ActionLog, ShowsAMoveThatWaitsAndFollowsItOnceItIsBegun) {
  ActionLog log;
  const Snapshot s = two_hosts();
  const std::vector<ActionEntry> waiting = log.note(s, round_with(Decision::kWaiting, "its turn comes within this round"));
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].state, EntryState::kWaiting);
  EXPECT_TRUE(log.newest(10).empty());
  EXPECT_TRUE(log.denied_of(waiting[0].vm, 10).empty());
  Round next;
  next.since = round_with(Decision::kStarted, "").verdicts;
  Ended ended;
  ended.id = ActionId(7);
  next.ended = {ended};
  log.note(s, next);
  ASSERT_EQ(log.newest(10).size(), 1U);
  EXPECT_EQ(log.newest(10)[0].state, EntryState::kDone);
}

TEST(ActionLog, FollowsAnActionFromItsStartToItsEnd) {
  ActionLog log;
  const Snapshot s = two_hosts();
  log.note(s, round_with(Decision::kStarted, ""));
  ASSERT_EQ(log.newest(10).size(), 1U);
  EXPECT_EQ(log.newest(10)[0].state, EntryState::kRunning);
  Round next;
  Ended ended;
  ended.id = ActionId(7);
  ended.outcome = ActionPhase::kFailed;
  ended.message = "no room";
  ended.ended_at = s.taken_at + std::chrono::minutes(5);
  next.ended = {ended};
  log.note(s, next);
  const ActionEntry entry = log.of_vm("web", 10).at(0);
  EXPECT_EQ(entry.state, EntryState::kFailed);
  EXPECT_EQ(entry.message, "no room");
  EXPECT_EQ(log.of_host("a", 10).size(), 1U);
  EXPECT_TRUE(log.of_host("b", 10).empty());
}

TEST(ActionLog, ARefusalRoundAfterRoundIsOneEntryThatCounts) {
  ActionLog log;
  Snapshot s = two_hosts();
  const Instant first = s.taken_at;
  for (int i = 0; i < 5; ++i, s.taken_at += std::chrono::minutes(5)) log.note(s, round_with(Decision::kRefused, "paused: by the operator"));
  EXPECT_TRUE(log.newest(10).empty()) << "what was not started is not in the list of what was";
  const auto denied = log.denied_of("web", 10);
  ASSERT_EQ(denied.size(), 1U);
  EXPECT_EQ(denied[0].times, 5U);
  EXPECT_EQ(denied[0].since, first);
  EXPECT_EQ(denied[0].why, "paused: by the operator");
}

TEST(ActionLog, APlanWithABreachIsRefusedAsAWhole) {
  ActionLog log;
  Round round;
  round.plan.actions = {growth()};
  round.breaches = {"host a is over its admission"};
  const auto entries = log.note(two_hosts(), round);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].decision, Decision::kRefused);
  EXPECT_NE(entries[0].why_refused.find("over its admission"), std::string::npos);
}

TEST(ActionLog, KeepsNoMoreThanItsBound) {
  ActionLog log;
  const Snapshot s = two_hosts();
  const Round round = round_with(Decision::kStarted, "");
  for (std::size_t i = 0; i < ActionLog::kKept + 10; ++i) log.note(s, round);
  EXPECT_EQ(log.newest(ActionLog::kKept * 2).size(), ActionLog::kKept);
}

TEST(Trail, KeepsADayAndWhatStillHeldAtItsBegin) {
  Trail trail;
  Snapshot s = two_hosts();
  const Instant begin = s.taken_at;
  for (int hour = 0; hour <= 48; ++hour) {
    s.taken_at = begin + std::chrono::hours(hour);
    if (hour == 40) s.vms[0].allocation = Resources(1_cores, 4_GiB);
    trail.note(s);
  }
  const auto changes = trail.allocations(VmId(0));
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].at, begin);
  EXPECT_EQ(changes[1].at, begin + std::chrono::hours(40));
  EXPECT_EQ(trail.cpu(HostId(0)).size(), 24U);
}

}  // namespace
}  // namespace headroom
