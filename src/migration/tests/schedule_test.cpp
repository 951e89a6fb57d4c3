#include "headroom/migration/schedule.h"

#include <gmock/gmock.h>

#include "headroom/migration_testing/made_moves.h"
#include "scene.h"

namespace headroom::migration {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Made, and sound by the judge.
Schedule made(const Problem& p, const Correction& learnt = {}) {
  auto s = make_schedule(p, learnt);
  EXPECT_TRUE(s) << s.error().message;
  if (!s) return {};
  EXPECT_THAT(check(p, *s, learnt), IsEmpty());
  return *s;
}

TEST(Schedule, StartsAtOnceWhatHasRoomAndLinks) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10), c = scene.host(10);
  scene.move(scene.item(a, 1), b, 8);
  scene.move(scene.item(b, 1), c, 4);
  scene.move(scene.item(c, 1), a, 2);
  const Schedule s = made(scene.p);
  ASSERT_EQ(s.legs.size(), 3U);
  for (const Leg& leg : s.legs) {
    EXPECT_EQ(leg.start, seconds(0));
    EXPECT_EQ(leg.bandwidth.count(), kGB);
    EXPECT_THAT(leg.after, IsEmpty());
    EXPECT_THAT(leg.after_done, IsEmpty());
  }
  EXPECT_EQ(s.makespan, seconds(10));
  EXPECT_EQ(s.least_makespan, s.makespan);
}

TEST(Schedule, LetsAMoveWaitUntilTheOneWhoseRoomItNeedsHasSucceeded) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10), c = scene.host(10);
  const auto into_full = scene.move(scene.item(a, 10), b, 8);
  const auto out_of_it = scene.move(scene.item(b, 10), c, 4);
  const Schedule s = made(scene.p);
  const Leg second = legs_of(s, into_full).at(0);
  EXPECT_EQ(second.start, seconds(6));
  EXPECT_THAT(second.after_done, ElementsAre(index_of(s, out_of_it)));
}

TEST(Schedule, BreaksARingOfFullHostsByADetourOfTheOneWithTheFewestBytes) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10), c = scene.host(10), spare = scene.host(10);
  scene.move(scene.item(a, 10), b, 8);
  const auto small = scene.move(scene.item(b, 10), c, 2);
  scene.move(scene.item(c, 10), a, 4);
  const Schedule s = made(scene.p);
  EXPECT_THAT(s.refused, IsEmpty());
  const std::vector<Leg> legs = legs_of(s, small);
  ASSERT_EQ(legs.size(), 2U);
  EXPECT_EQ(legs[0].to, spare);
  EXPECT_EQ(legs[1].from, spare);
  EXPECT_EQ(s.legs.size(), 4U);
}

TEST(Schedule, RefusesARingThatNoHostCanOpenAndNamesWhoIsInIt) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10);
  scene.host(9);
  const auto there = scene.move(scene.item(a, 10), b, 8), back = scene.move(scene.item(b, 10), a, 8);
  const Schedule s = made(scene.p);
  EXPECT_THAT(s.legs, IsEmpty());
  ASSERT_NE(refusal_of(s, there), nullptr);
  EXPECT_EQ(refusal_of(s, there)->reason, RefusalReason::kNoRoom);
  EXPECT_EQ(refusal_of(s, there)->lane, 0);
  EXPECT_THAT(refusal_of(s, there)->waited_for, ElementsAre(back));
  EXPECT_THAT(refusal_of(s, back)->waited_for, ElementsAre(there));
}

TEST(Schedule, TakesADetourOnlyOverHostsThatAreAllowed) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10), forbidden = scene.host(10), allowed = scene.host(10);
  scene.p.host_sets = {{allowed}};
  const auto there = scene.move(scene.item(a, 10), b, 2);
  scene.last().detour_set = 0;
  scene.move(scene.item(b, 10), a, 8);
  EXPECT_EQ(legs_of(made(scene.p), there).at(0).to, allowed);
  scene.p.host_sets = {{}};
  const Schedule other = made(scene.p);  // now the other one has to go round
  EXPECT_EQ(legs_of(other, there).size(), 1U);
  EXPECT_EQ(legs_of(other, 1).at(0).to, forbidden);
}

TEST(Schedule, LeavesNobodyOnADetourForGood) {
  // The ring of a and b could be opened over the spare, but who then takes the room at b is a third that may go there at once.
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    migration_testing::Making making = migration_testing::wild(seed);
    making.slack = 0;
    making.ringed = 1;
    making.hot = 0.3;
    const Problem p = make_moves(making);
    const auto s = make_schedule(p);
    ASSERT_TRUE(s);
    for (const Leg& leg : s->legs) {
      const Leg last = legs_of(*s, leg.move).back();
      ASSERT_EQ(last.to, p.moves[static_cast<std::size_t>(leg.move)].to) << "seed " << seed;
    }
  }
}

TEST(Schedule, StartsNoLaterThanTheBreachLessTheDurationThatNinetyFiveOfAHundredStayUnder) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10);
  const auto only = scene.move(scene.item(a, 1), b, 8);
  const Duration late = legs_of(made(scene.p), only).at(0).late_end;
  EXPECT_GT(late, seconds(10));
  scene.last().breach = late;
  EXPECT_THAT(made(scene.p).refused, IsEmpty());
  scene.last().breach = late - Duration(1);
  const Schedule s = made(scene.p);
  ASSERT_NE(refusal_of(s, only), nullptr);
  EXPECT_EQ(refusal_of(s, only)->reason, RefusalReason::kTooLate);
  EXPECT_EQ(refusal_of(s, only)->latest_start, Duration(-1));
}

TEST(Schedule, TakesTheEarliestBreachFirstThenTheShortest) {
  Scene scene;
  scene.p.limits = {1, 1, 0};
  const auto a = scene.host(10), b = scene.host(10);
  const auto longer = scene.move(scene.item(a, 1), b, 8);
  scene.last().breach = seconds(200);
  const auto shorter = scene.move(scene.item(a, 1), b, 4);
  scene.last().breach = seconds(200);
  const auto earliest = scene.move(scene.item(a, 1), b, 9);
  scene.last().breach = seconds(100);
  const auto whenever = scene.move(scene.item(a, 1), b, 1);
  const Schedule s = made(scene.p);
  std::vector<std::int32_t> order;
  for (const Leg& leg : s.legs) order.push_back(leg.move);
  EXPECT_THAT(order, ElementsAre(earliest, shorter, longer, whenever));
}

TEST(Schedule, SendsWhoStandsInTheWayOfAHurriedMoveBeforeOthers) {
  Scene scene;
  scene.p.limits = {1, 1, 0};
  const auto hot = scene.host(10), full = scene.host(10), other = scene.host(20);
  const auto hurried = scene.move(scene.item(hot, 5), full, 4);
  scene.last().breach = seconds(30);
  const auto shorter = scene.move(scene.item(full, 1), other, 1);  // leaves too little
  const auto in_the_way = scene.move(scene.item(full, 9), other, 8);
  const Schedule s = made(scene.p);
  EXPECT_THAT(s.refused, IsEmpty());
  EXPECT_EQ(legs_of(s, in_the_way).at(0).start, seconds(0));
  EXPECT_EQ(legs_of(s, hurried).at(0).start, seconds(10));
  EXPECT_EQ(legs_of(s, shorter).at(0).start, seconds(10));
}

TEST(Schedule, KeepsALinkFreeForAHurriedMoveThatWouldComeTooLateBehindAnother) {
  Scene scene;
  scene.p.limits = {1, 1, 0};
  const auto a = scene.host(10), b = scene.host(10), c = scene.host(10), d = scene.host(10);
  const auto first = scene.move(scene.item(a, 1), c, 4);  // until 6 s, a's link is taken
  scene.last().breach = seconds(10);
  const auto hurried = scene.move(scene.item(a, 1), b, 8);
  scene.last().breach = seconds(30);
  const auto slow = scene.move(scene.item(d, 1), b, 30);  // could start at once, and would hold b's link for 32 s
  const Schedule s = made(scene.p);
  EXPECT_THAT(s.refused, IsEmpty());
  EXPECT_EQ(legs_of(s, first).at(0).start, seconds(0));
  EXPECT_EQ(legs_of(s, hurried).at(0).start, seconds(6));
  EXPECT_EQ(legs_of(s, slow).at(0).start, seconds(16));
}

TEST(Schedule, RefusesTheLessImportantWhenNotAllCanBeInTime) {
  Scene scene;
  scene.p.limits = {1, 1, 0};
  const auto a = scene.host(10), b = scene.host(10);
  const auto cheap = scene.move(scene.item(a, 1), b, 8);
  scene.last().breach = seconds(19);
  const auto dear = scene.move(scene.item(a, 1), b, 8);
  scene.last().breach = seconds(20);
  scene.last().importance = 10;
  const Schedule s = made(scene.p);
  EXPECT_NE(refusal_of(s, cheap), nullptr);
  EXPECT_EQ(refusal_of(s, dear), nullptr);
}

TEST(Schedule, RefusesAGuestThatDirtiesMoreThanTheLinkSends) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10);
  const auto busy = scene.move(scene.item(a, 1), b, 8);
  scene.last().payload.dirty = {0, 1, 2e9};
  EXPECT_EQ(refusal_of(made(scene.p), busy)->reason, RefusalReason::kDoesNotConverge);
}

TEST(Schedule, RefusesAMoveOverALinkWithoutBandwidth) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10, 0);
  const auto cut_off = scene.move(scene.item(a, 1), b, 8);
  EXPECT_EQ(refusal_of(made(scene.p), cut_off)->reason, RefusalReason::kNoBandwidth);
}

TEST(Schedule, LetsTwoThatMustBeApartNotMeetInTransitEither) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10), c = scene.host(10);
  const auto comes = scene.item(a, 1), leaves = scene.item(b, 1);
  scene.p.apart = {{comes, leaves}};
  const auto in = scene.move(comes, b, 8), out = scene.move(leaves, c, 4);
  const Schedule s = made(scene.p);
  EXPECT_EQ(legs_of(s, in).at(0).start, legs_of(s, out).at(0).end);
  EXPECT_THAT(legs_of(s, in).at(0).after_done, ElementsAre(index_of(s, out)));
}

TEST(Schedule, RefusesWhoWouldMeetOneThatStays) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10);
  const auto comes = scene.item(a, 1), stays = scene.item(b, 1);
  scene.p.apart = {{stays, comes}};
  const auto move = scene.move(comes, b, 8);
  const Schedule s = made(scene.p);
  ASSERT_NE(refusal_of(s, move), nullptr);
  EXPECT_EQ(refusal_of(s, move)->reason, RefusalReason::kApart);
}

TEST(Schedule, HidesOneSetupBehindAnothersBytesWhereThatCostsFewBytes) {
  Scene scene;
  const auto a = scene.host(100), b = scene.host(100);
  for (int i = 0; i < 8; ++i) scene.move(scene.item(a, 1), b, 4);
  const Schedule idle = made(scene.p);
  EXPECT_EQ(idle.legs.at(0).bandwidth.count(), kGB / 2);
  EXPECT_EQ(idle.makespan, seconds(4 * (2 + 8)));  // one at a time: 8 x (2 + 4)
  for (Move& m : scene.p.moves) m.payload.dirty = {0, 1, 0.2e9};  // at half the rate each sends a sixth more
  const Schedule busy = made(scene.p);
  for (const Leg& leg : busy.legs) EXPECT_EQ(leg.bandwidth.count(), kGB);
}

TEST(Schedule, FillsAFastLinkFromTheSourceWithSeveralAtTheirFullRate) {
  Scene scene;
  scene.p.limits = {4, 2, 0};
  const auto fast = scene.host(10, 3 * kGB), b = scene.host(10), c = scene.host(10), d = scene.host(10);
  for (auto to : {b, c, d}) scene.move(scene.item(fast, 1), to, 8);
  const Schedule s = made(scene.p);
  for (const Leg& leg : s.legs) {
    EXPECT_EQ(leg.start, seconds(0));
    EXPECT_EQ(leg.bandwidth.count(), kGB);
  }
}

TEST(Schedule, DividesAnUplinkThatALocationShares) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10), c = scene.host(10), d = scene.host(10);
  scene.p.uplinks = {BytesPerSecond(kGB), BytesPerSecond(kGB)};
  for (auto h : {c, d}) scene.p.hosts[static_cast<std::size_t>(h)].location = 1;
  scene.move(scene.item(a, 1), c, 8);
  scene.move(scene.item(b, 1), d, 8);
  scene.move(scene.item(a, 1), b, 1);  // within a location: not over the uplink
  const Schedule s = made(scene.p);
  EXPECT_GE(s.makespan, seconds(18));
  EXPECT_EQ(s.least_makespan, seconds(18));
}

TEST(Schedule, KeepsToTheFleetsLimit) {
  Scene scene;
  scene.p.limits = {0, 0, 3};
  for (int i = 0; i < 9; ++i) {
    const auto from = scene.host(10), to = scene.host(10);
    scene.move(scene.item(from, 1), to, 8);
  }
  const Schedule s = made(scene.p);
  EXPECT_EQ(s.makespan, seconds(30));
  EXPECT_EQ(s.least_makespan, seconds(30));
}

TEST(Schedule, SendsNobodyToAnOverfullHostBeforeEnoughHaveLeft) {
  Scene scene;
  const auto hot = scene.host(10), b = scene.host(100);
  const auto first = scene.move(scene.item(hot, 8), b, 4), second = scene.move(scene.item(hot, 8), b, 6);
  const auto comes = scene.move(scene.item(b, 5), hot, 1);
  const Schedule s = made(scene.p);
  EXPECT_EQ(legs_of(s, comes).at(0).after_done.size(), 2U);  // 16 of 10: one leaving pays what is owed, the other makes room
  EXPECT_THAT(legs_of(s, comes).at(0).after_done, Contains(index_of(s, first)));
  EXPECT_THAT(legs_of(s, comes).at(0).after_done, Contains(index_of(s, second)));
}

TEST(Schedule, ChargesWhatAMoveNeedsWhereItGoes) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10);
  scene.item(b, 5);
  scene.move(scene.item(a, 5), b, 8);
  EXPECT_THAT(made(scene.p).refused, IsEmpty());
  scene.p.need_there = {6};
  EXPECT_EQ(refusal_of(made(scene.p), 0)->reason, RefusalReason::kNoRoom);
}

TEST(Schedule, TellsDurationsAsTheyWereLearntForThePair) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10);
  scene.move(scene.item(a, 1), b, 8);
  Correction learnt;
  for (int i = 0; i < 100; ++i) learnt.learn({0, 1}, seconds(10), seconds(20));
  const Leg leg = made(scene.p, learnt).legs.at(0);
  EXPECT_NEAR(static_cast<double>(leg.end.count()), 20'000, 1500);
  EXPECT_LT(leg.late_end - leg.end, seconds(4));  // it hardly scatters
}

TEST(Schedule, IsTheSameForEqualInput) {
  for (std::uint64_t seed : {1U, 2U, 3U}) {
    const Problem p = make_moves(migration_testing::wild(seed)), again = make_moves(migration_testing::wild(seed));
    const auto one = make_schedule(p), other = make_schedule(again);
    ASSERT_EQ(one->legs.size(), other->legs.size());
    for (std::size_t i = 0; i < one->legs.size(); ++i) {
      EXPECT_EQ(one->legs[i].start, other->legs[i].start);
      EXPECT_EQ(one->legs[i].move, other->legs[i].move);
      EXPECT_EQ(one->legs[i].after, other->legs[i].after);
    }
  }
}

TEST(Schedule, EndsAThousandMovesOfAFleetWithinFifteenPercentOfTheMostLoadedLink) {
  const Problem p = make_moves(migration_testing::fleet(1));
  const Schedule s = made(p);
  EXPECT_THAT(s.refused, IsEmpty());
  EXPECT_LE(static_cast<double>(s.makespan.count()), 1.15 * static_cast<double>(s.least_makespan.count()));
}

TEST(Refusal, IsASentence) {
  EXPECT_EQ(to_text({.reason = RefusalReason::kTooLate, .latest_start = seconds(-3)}),
            "it would have had to start 3.0 s ago to be over before its breach");
  EXPECT_EQ(to_text({.reason = RefusalReason::kTooLate, .latest_start = seconds(12)}),
            "it has to start within 12.0 s to be over before its breach, and its way is not free by then");
  EXPECT_EQ(to_text({.reason = RefusalReason::kNoRoom, .host = 3, .lane = 1}), "host 3 has no room for it in lane 1");
}

}  // namespace
}  // namespace headroom::migration
