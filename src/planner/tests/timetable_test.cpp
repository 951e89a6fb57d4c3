// When the moves of a plan start, and what becomes of those that would come too late or never to an end.
#include <gmock/gmock.h>

#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "headroom/planner/move_memory.h"
#include "world.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Policy moving(std::int64_t bytes_per_second) {
  Policy policy = priced_policy();
  policy.hosts.may_migrate = true;
  policy.priced->usd_per_overloaded_vm_hour = 1;
  policy.hosts.migration.bandwidth = BytesPerSecond(bytes_per_second);
  return policy;
}

// A VM that has 6 cores on its mind and 4, beside one that needs all its 4: nothing is left on their host.
TestWorld crowded(std::size_t hosts = 2) {
  TestWorld w(hosts);
  w.add(0, 4000, 6000);
  w.add(0, 4000, 3900);
  return w;
}

// The first has twelve GiB in use: at 100 MB/s they take more than two minutes.
TestWorld heavy() {
  TestWorld w = crowded();
  Vm& vm = w.s.vms[0];
  vm.allocation[Resource::kMemory] = (12_GiB + 256_MiB).count();
  vm.used[index(Resource::kMemory)] = static_cast<double>((12_GiB).count());
  foresee(vm, Resource::kMemory, Band::certain(vm.used[index(Resource::kMemory)]));
  return w;
}

std::vector<Action> moves(const Plan& plan) {
  std::vector<Action> found;
  for (const Action& a : plan.actions)
    if (a.kind == ActionKind::kMigrate) found.push_back(a);
  return found;
}

Plan checked_plan(const TestWorld& w, const Policy& policy) {
  Plan plan = make_plan(w.s, policy);
  EXPECT_THAT(check_plan(w.s, plan), IsEmpty());
  return plan;
}

// Its 3 GiB take 6.4 s at that rate, beside what the pre-copy sends twice and what it takes around it.
TEST(Timetable, TellsWhenAMoveStartsAndWhatItTakes) {
  const TestWorld w = crowded();
  const auto found = moves(checked_plan(w, moving(500'000'000)));
  ASSERT_EQ(found.size(), 1U);
  ASSERT_TRUE(found[0].schedule);
  const MoveSchedule& s = *found[0].schedule;
  EXPECT_EQ(s.start, Duration{});
  EXPECT_THAT(s.after, IsEmpty());
  EXPECT_EQ(s.bandwidth, BytesPerSecond(500'000'000));
  EXPECT_GT(s.bytes, 3_GiB);
  EXPECT_GT(s.takes, seconds(8));
  EXPECT_LT(s.takes, seconds(10));
  EXPECT_NEAR(static_cast<double>(s.takes_95.count()), 1.5 * static_cast<double>(s.takes.count()), 300);
  EXPECT_LT(s.downtime, Duration(500));
  ASSERT_TRUE(s.breach);
  EXPECT_LE(s.start + s.takes_95, *s.breach);
}

// The forecast is sure of a breach within the next five minutes: half way it is as likely as not.
TEST(Timetable, MovesNobodyWhoWouldBeTooLateAndScalesItAtItsNeighboursCostInstead) {
  TestWorld w = heavy();
  w.s.vms[1].used[0] = 500;                       // whose cores are hardly needed, but dear to give back by themselves
  foresee(w.s.vms[1], Resource::kCpu, Band::certain(500));
  Policy policy = moving(500'000'000);
  policy.priced->minutes_per_scaling = 120;  // six USD: more than a day of what they cost, less than a day at eight times that
  policy.priced->usd_per_overloaded_vm_hour = 3;
  const Plan fast = checked_plan(w, policy);
  ASSERT_EQ(moves(fast).size(), 1U);
  EXPECT_EQ(moves(fast)[0].vm, VmId(0));
  policy.hosts.migration.bandwidth = 100_MBps;
  const Plan slow = checked_plan(w, policy);
  EXPECT_THAT(moves(slow), IsEmpty());
  ASSERT_EQ(count(slow, ActionKind::kResize), 2U);
  for (const Action& a : slow.actions)
    EXPECT_THAT(to_text(a.reason), HasSubstr("a move to h1 may take")) << "of both, since one is scaled for the other's sake";
  EXPECT_THAT(slow.actions.back().reason.instead, HasSubstr("and it is likely to run short in 150 s, so it is scaled where it is"));
}

TEST(Timetable, MovesLateWhoNothingElseHelps) {
  const TestWorld w = heavy();
  const auto found = moves(checked_plan(w, moving(100'000'000)));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].reason.instead, HasSubstr("and its host has nothing to scale it with"));
  EXPECT_FALSE(found[0].schedule->breach);
}

// Twice its memory is written to within ten seconds: it will never be sent.
TEST(Timetable, MovesNobodyWhoseGuestWritesFasterThanTheLinkSends) {
  TestWorld w = crowded();
  w.s.vms[0].dirtied = {{seconds(1), 1_GiB}, {seconds(4), 3_GiB}};
  const Plan plan = checked_plan(w, moving(500'000'000));
  for (const Action& a : moves(plan)) EXPECT_NE(a.vm, VmId(0)) << "its neighbour may go";
  ASSERT_FALSE(plan.denied.empty());
  EXPECT_EQ(plan.denied[0].why, "its host has not all the room before a neighbour has left, which is moved away for it");
  w.s.vms[1].dirtied = w.s.vms[0].dirtied;
  const Plan none = checked_plan(w, moving(500'000'000));
  EXPECT_THAT(moves(none), IsEmpty());
  ASSERT_FALSE(none.denied.empty());
  EXPECT_EQ(none.denied[0].why, "a move to h1 would not come to an end: its guest writes memory faster than that is sent");
}

// There is a whole host free beside it: that no host had the room would be untrue.
TEST(Timetable, SaysThatAMoveIsNotWorthItsPriceWhereThereWouldBeRoom) {
  const TestWorld w = crowded();
  Policy policy = moving(500'000'000);
  policy.hosts.usd_per_migration = 1000;
  const Plan plan = checked_plan(w, policy);
  EXPECT_THAT(moves(plan), IsEmpty());
  ASSERT_FALSE(plan.denied.empty());
  EXPECT_EQ(plan.denied[0].why, "its host has not all the room, and a move would cost more than it is worth");
}

// Of 3 GiB that are in use and 8 GiB that have been written to, caches among them, the latter are sent.
TEST(Timetable, SendsAllThatHasBeenTouchedAndNotOnlyWhatIsInUse) {
  TestWorld w = crowded();
  const MoveSchedule by_use = *moves(checked_plan(w, moving(500'000'000)))[0].schedule;
  w.s.vms[0].touched = 8_GiB;
  const MoveSchedule by_touch = *moves(checked_plan(w, moving(500'000'000)))[0].schedule;
  EXPECT_GT(by_touch.bytes, 8_GiB);
  EXPECT_GT(by_touch.takes - by_use.takes, seconds(9));
}

TEST(Timetable, RaisesTheAssumedDirtyCurveByOneMeasurementThatIsAboveIt) {
  TestWorld w = crowded();
  const MoveSchedule calm = *moves(checked_plan(w, moving(500'000'000)))[0].schedule;
  w.s.vms[0].dirtied = {{seconds(10), 1_GiB}};
  const MoveSchedule busy = *moves(checked_plan(w, moving(500'000'000)))[0].schedule;
  EXPECT_GT(busy.bytes.count() - calm.bytes.count(), (256_MiB).count());
}

// A fifth of what is sent is written again meanwhile.
TEST(Timetable, GoesByTheStandstillThatTheHypervisorIsTold) {
  TestWorld w = crowded();
  w.s.vms[0].dirtied = {{seconds(1), 100_MiB}, {seconds(10), 1000_MiB}};
  Policy policy = moving(500'000'000);
  policy.hosts.migration.how.downtime_limit = Duration(300);
  const MoveSchedule loose = *moves(checked_plan(w, policy))[0].schedule;
  policy.hosts.migration.how.downtime_limit = Duration(20);
  const MoveSchedule strict = *moves(checked_plan(w, policy))[0].schedule;
  EXPECT_LE(strict.downtime, Duration(20) + policy.hosts.migration.how.switch_over + Duration(2));
  EXPECT_GT(loose.downtime, strict.downtime);
  EXPECT_GT(strict.bytes, loose.bytes) << "more rounds";
}

// Five in maintenance leave by one link; two may do so at once.
TEST(Timetable, LetsMovesWaitForEachOthersLinks) {
  TestWorld w(6);
  for (int i = 0; i < 6; ++i) w.add(0, 1000, 500).scaling.fill(Scaling::kNever);
  w.s.hosts[0].accepts_vms = false;
  w.s.hosts[0].physical[Resource::kMemory] = (64_GiB).count();
  Policy policy = moving(250'000'000);
  policy.hosts.moves_per_round = 10;
  const auto found = moves(checked_plan(w, policy));
  ASSERT_EQ(found.size(), 5U);
  std::vector<std::pair<Duration, Duration>> spans;
  for (const Action& a : found) spans.emplace_back(a.schedule->start, a.schedule->start + a.schedule->takes);
  for (const auto& [start, end] : spans)
    EXPECT_LE(std::count_if(spans.begin(), spans.end(), [s = start](const auto& other) { return other.first <= s && s < other.second; }), 2);
  EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const Action& a) { return a.schedule->start == Duration{}; }),
            std::count_if(found.begin(), found.end(), [](const Action& a) { return a.schedule->after.empty(); }));
}

TEST(Timetable, LetsAMoveWaitForOneThatIsUnderWay) {
  TestWorld w = crowded(3);
  w.add(0, 250, 100).action_in_flight = true;
  w.s.hosts[0].physical[Resource::kMemory] = (64_GiB).count();
  Action leaving{ActionKind::kMigrate, VmId(2), HostId(0), HostId(2), w.s.vms[2].allocation, w.s.vms[2].allocation, {}};
  leaving.schedule = MoveSchedule{.bandwidth = BytesPerSecond(500'000'000), .bytes = 3_GiB, .takes = seconds(40), .takes_95 = seconds(60)};
  w.s.in_flight = {{leaving, w.s.taken_at - seconds(10)}};
  Policy policy = moving(500'000'000);
  policy.hosts.migration.out_of_host = 1;
  const auto found = moves(checked_plan(w, policy));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].schedule->after, testing::ElementsAre(VmId(2)));
  EXPECT_NEAR(static_cast<double>(found[0].schedule->start.count()), 30'000, 100);
}

TEST(MoveMemory, TellsNextPlansByHowMuchMigrationsOfAPairWereOff) {
  TestWorld w = crowded();
  const Policy policy = moving(500'000'000);
  MoveMemory memory;
  const Action move = moves(checked_plan(w, policy))[0];
  for (int i = 0; i < 30; ++i) memory.note(move, w.s.taken_at, 3 * move.schedule->estimated, std::nullopt);
  w.s.memory.moves = memory.errors();
  const Action next = moves(checked_plan(w, policy))[0];
  EXPECT_EQ(next.schedule->estimated, move.schedule->estimated);
  EXPECT_NEAR(static_cast<double>(next.schedule->takes.count()), 3.0 * static_cast<double>(move.schedule->estimated.count()), 2000);
  EXPECT_LE(next.schedule->takes, next.schedule->takes_95);
  // Another process goes on from there.
  const MoveErrors again = MoveMemory(memory.errors()).errors();
  EXPECT_EQ(again.fleet.duration.xy, memory.errors().fleet.duration.xy);
  EXPECT_EQ(again.pairs.size(), 1U);
}

TEST(MoveMemory, TellsHowGoodPredictionsWere) {
  std::deque<FinishedMove> finished(2);
  for (FinishedMove& m : finished) m.predicted = {.estimated = seconds(10), .takes = seconds(20), .takes_95 = seconds(30)};
  finished[0].took = seconds(20);
  finished[1].took = seconds(40);
  finished[1].downtime = Duration(120);
  const MoveAccuracy a = accuracy_of(finished);
  EXPECT_EQ(a.moves, 2U);
  EXPECT_DOUBLE_EQ(a.within_95, 0.5);
  EXPECT_NEAR(a.formula.median, 1, 1e-9);
  EXPECT_NEAR(a.formula.p90, 3, 1e-9);
  EXPECT_NEAR(a.predicted.median, 0, 1e-9);
  EXPECT_NEAR(a.predicted.p90, 1, 1e-9);
  EXPECT_EQ(a.downtimes, 1U);
  EXPECT_EQ(a.downtime_off_p90, Duration(120));
}

TEST(MoveMemory, LearnsHowLongGuestsStandStill) {
  TestWorld w = crowded();
  const Policy policy = moving(500'000'000);
  MoveMemory memory;
  const Action move = moves(checked_plan(w, policy))[0];
  for (int i = 0; i < 30; ++i) memory.note(move, w.s.taken_at, move.schedule->estimated, move.schedule->estimated_downtime + Duration(700));
  w.s.memory.moves = MoveMemory(memory.errors()).errors();
  const Action next = moves(checked_plan(w, policy))[0];
  EXPECT_EQ(next.schedule->estimated_downtime, move.schedule->estimated_downtime);
  EXPECT_NEAR(static_cast<double>((next.schedule->downtime - move.schedule->estimated_downtime).count()), 700, 60);
}

TEST(MoveMemory, TakesAFactorOfAnEarlierVersionForWhatItSays) {
  MoveErrors earlier;
  earlier.fleet = error_of_factor(10, std::log(3.0), 0.01);
  TestWorld w = crowded();
  const Policy policy = moving(500'000'000);
  w.s.memory.moves = earlier;
  const MoveSchedule told = *moves(checked_plan(w, policy))[0].schedule;
  EXPECT_NEAR(static_cast<double>(told.takes.count()), 3.0 * static_cast<double>(told.estimated.count()), 50);
}

TEST(Checker, RefusesASchedulePartsOfWhichDoNotHold) {
  TestWorld w(6);
  for (int i = 0; i < 6; ++i) w.add(0, 1000, 500).scaling.fill(Scaling::kNever);
  w.s.hosts[0].accepts_vms = false;
  w.s.hosts[0].physical[Resource::kMemory] = (64_GiB).count();
  w.s.hosts[0].physical[Resource::kNetwork] = 250'000'000;
  Policy policy = moving(250'000'000);
  policy.hosts.moves_per_round = 10;
  const Plan sound = checked_plan(w, policy);
  const auto waiting = [](Plan& plan) -> MoveSchedule& {
    for (Action& a : plan.actions)
      if (a.schedule && !a.schedule->after.empty()) return *a.schedule;
    ADD_FAILURE() << "nobody waits";
    return *plan.actions[0].schedule;
  };
  const auto refused = [&](auto&& spoil) {
    Plan plan = sound;
    spoil(waiting(plan));
    const auto breaches = check_plan(w.s, plan);
    return breaches.empty() ? std::string() : breaches.front();
  };
  EXPECT_THAT(refused([](MoveSchedule& s) { s.after = {}; s.start = {}; }), HasSubstr("leave its host"));
  EXPECT_THAT(refused([](MoveSchedule& s) { s.after = {}; }), HasSubstr("if some take three times as long"));
  EXPECT_THAT(refused([](MoveSchedule& s) { s.after = {VmId(77)}; }), HasSubstr("waits for a move that nobody plans"));
  EXPECT_THAT(refused([](MoveSchedule& s) { s.breach = seconds(1); }), HasSubstr("is not sure to be over before"));
  EXPECT_THAT(refused([](MoveSchedule& s) { s.bandwidth = {}; }), HasSubstr("less than nothing"));
}

// Once an hour a host is emptied; what is not gone by the next round goes then.
TEST(Timetable, GoesOnWithAHostThatIsBeingEmptied) {
  TestWorld w(3);
  w.s.taken_at = on_the_hour();
  for (int i = 0; i < 4; ++i) w.add(0, 1000, 900);
  w.add(1, 6000, 5900);
  w.add(2, 6000, 5900);
  for (Host& h : w.s.hosts) h.heard_at = w.s.taken_at;
  for (Vm& vm : w.s.vms) vm.sampled_at = w.s.taken_at;
  w.s.hosts[0].physical[Resource::kCpu] = 24'000;
  w.s.hosts[1].physical[Resource::kCpu] = w.s.hosts[2].physical[Resource::kCpu] = 10'000;
  const Policy policy = elastic_policy();
  const auto emptied = [](const Plan& plan) {
    return std::count_if(plan.actions.begin(), plan.actions.end(), [](const Action& a) {
      return a.kind == ActionKind::kMigrate && a.reason.code == ReasonCode::kConsolidation && a.from == HostId(0);
    });
  };
  ASSERT_EQ(emptied(checked_plan(w, policy)), 4);
  w.s.vms[0].host = w.s.vms[1].host = HostId(1);
  w.s.taken_at += minutes(5);
  EXPECT_EQ(emptied(checked_plan(w, policy)), 0) << "nothing tells that it was begun";
  w.s.memory.emptying = HostId(0);
  EXPECT_EQ(emptied(checked_plan(w, policy)), 2);
}

}  // namespace
}  // namespace headroom
