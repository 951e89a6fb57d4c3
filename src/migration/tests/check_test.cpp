#include "headroom/migration/check.h"

#include <gmock/gmock.h>

#include "headroom/migration_testing/trial.h"
#include "scene.h"

namespace headroom::migration {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two hosts exchange through a third, and one more move that is refused.
struct Exchange {
  Scene scene;
  Schedule s;

  Exchange() {
    const auto a = scene.host(10), b = scene.host(10);
    scene.host(10);
    scene.move(scene.item(a, 10), b, 2);
    scene.move(scene.item(b, 10), a, 8);
    scene.move(scene.item(a, 0), b, 8);
    scene.last().breach = seconds(1);
    s = *make_schedule(scene.p);
  }
  std::vector<std::string> found() const { return check(scene.p, s); }
};

TEST(Check, HasNothingToSayOfASoundSchedule) {
  const Exchange e;
  ASSERT_EQ(e.s.legs.size(), 3U);
  ASSERT_EQ(e.s.refused.size(), 1U);
  EXPECT_THAT(e.found(), IsEmpty());
}

TEST(Check, FindsAMoveThatIsForgottenOrRefusedAndMade) {
  Exchange e;
  e.s.refused.clear();
  EXPECT_THAT(e.found(), Contains("move 2 has 0 legs and is refused 0 times"));
  e.s.refused.assign(1, {.move = 1, .reason = RefusalReason::kNoRoom, .host = 0, .lane = 0});
  EXPECT_THAT(e.found(), Contains("move 1 has 1 legs and is refused 1 times"));
}

TEST(Check, FindsALegThatStartsBeforeThereIsRoom) {
  Exchange e;
  for (Leg& leg : e.s.legs) leg.after_done.clear();
  e.s.legs[1].end -= e.s.legs[1].start;
  e.s.legs[1].late_end -= e.s.legs[1].start;
  e.s.legs[1].start = {};
  EXPECT_THAT(e.found(), Contains(HasSubstr("lane 0 of its destination holds 20 of 10")));
}

TEST(Check, FindsALegThatSetsOutFromWhereItsItemIsNot) {
  Exchange e;
  e.s.legs.pop_back();  // never goes on from its detour
  EXPECT_THAT(e.found(), Contains(HasSubstr("move 0 goes from host 0 to host 2")));
}

TEST(Check, FindsASecondLegThatDoesNotWaitForTheFirst) {
  Exchange e;
  std::erase(e.s.legs.back().after_done, 0);
  EXPECT_THAT(e.found(), Contains("the second leg of move 0 does not wait for the first"));
}

TEST(Check, FindsADetourOverAHostThatIsNotAllowed) {
  Exchange e;
  e.scene.p.host_sets = {{1}};
  e.scene.p.moves[0].detour_set = 0;
  EXPECT_THAT(e.found(), Contains("move 0 must not stand on host 2"));
}

TEST(Check, FindsMoreBandwidthThanALinkHas) {
  Exchange e;
  e.s.legs[0].bandwidth = BytesPerSecond(2 * kGB);
  EXPECT_THAT(e.found(), Contains(HasSubstr("2000000000 B/s leave its host")));
}

TEST(Check, FindsTimesAndBytesThatTheFormulasDoNotGive) {
  Exchange e;
  e.s.legs[0].late_end -= seconds(1);
  e.s.legs[1].bytes = Bytes(5);
  EXPECT_THAT(e.found(), Contains(HasSubstr("leg 0 is told to take")));
  EXPECT_THAT(e.found(), Contains("leg 1 sends or stands still otherwise than told"));
}

TEST(Check, FindsAMoveThatIsOverAfterItsBreach) {
  Exchange e;
  e.scene.p.moves[1].breach = seconds(5);
  EXPECT_THAT(e.found(), Contains(HasSubstr("after its breach at 5000 ms")));
}

TEST(Check, FindsARefusalWithoutGround) {
  Exchange e;
  e.scene.p.moves[2].breach.reset();
  EXPECT_THAT(e.found(), Contains(HasSubstr("which is not so")));
  e.s.refused[0] = {.move = 2, .reason = RefusalReason::kNoRoom, .host = 1, .lane = 0};
  EXPECT_THAT(e.found(), Contains("move 2 is refused because host 1 has no room for it in lane 0, which is not so"));
}

TEST(Check, FindsTwoThatMustBeApartOnOneHost) {
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10), c = scene.host(10);
  scene.move(scene.item(a, 1), c, 4);
  scene.move(scene.item(b, 1), c, 4);
  const Schedule s = *make_schedule(scene.p);
  scene.p.apart = {{0, 1}};
  EXPECT_THAT(check(scene.p, s), Contains(HasSubstr("it meets item 0 there")));
}

TEST(Check, FindsALimitThatIsPassed) {
  Scene scene;
  const auto a = scene.host(10, 3 * kGB), b = scene.host(10), c = scene.host(10);
  scene.move(scene.item(a, 1), b, 4);
  scene.move(scene.item(a, 1), c, 4);
  const Schedule s = *make_schedule(scene.p);
  ASSERT_THAT(check(scene.p, s), IsEmpty());
  scene.p.limits.out_of_host = 1;
  EXPECT_THAT(check(scene.p, s), Contains(HasSubstr("2 leave its host at once")));
  scene.p.limits = {2, 2, 1};
  EXPECT_THAT(check(scene.p, s), Contains(HasSubstr("2 run at once in the fleet")));
}

TEST(Replay, LeavesOutWhatNeedsALegThatFailedAndLetsTheItemsStay) {
  const Exchange e;
  std::vector<Outcome> outcomes = as_told(e.s);
  outcomes[0].succeeds = false;
  const Replay r = replay(e.scene.p, e.s, outcomes);
  EXPECT_THAT(r.breaches, IsEmpty());
  EXPECT_TRUE(r.started[0]);
  EXPECT_FALSE(r.started[1]);
  EXPECT_FALSE(r.started[2]);
  EXPECT_EQ(r.on, e.scene.p.on);
}

TEST(Replay, StartsLaterWhatWaitsForALegThatTakesLonger) {
  const Exchange e;
  std::vector<Outcome> outcomes = as_told(e.s);
  outcomes[0].takes += seconds(100);
  const Replay r = replay(e.scene.p, e.s, outcomes);
  EXPECT_THAT(r.breaches, IsEmpty());
  EXPECT_EQ(*r.started[1], e.s.legs[1].start + seconds(100));
}

TEST(Replay, TakesALegThatIsNotBegunForOverOnlyWhenAllItWaitsForAre) {
  // Leg 2 has its link from leg 1, which had it from leg 0. Leg 1 is off since leg 3 failed at once; leg 0 still holds the link.
  Scene scene;
  const auto a = scene.host(10), b = scene.host(10), c = scene.host(10);
  for (int i = 0; i < 3; ++i) scene.move(scene.item(a, 1), b, 8);
  scene.move(scene.item(c, 1), a, 1);
  Schedule s;
  const auto leg = [&](std::int32_t move, std::int32_t from, std::int32_t to, std::vector<std::int32_t> after, std::vector<std::int32_t> done) {
    s.legs.push_back({move, from, to, {}, {}, {}, BytesPerSecond(kGB), {}, {}, std::move(after), std::move(done)});
  };
  leg(3, c, a, {}, {});
  leg(0, a, b, {}, {});
  leg(1, a, b, {1}, {0});
  leg(2, a, b, {2}, {});
  const Replay r = replay(scene.p, s, {{seconds(1), false}, {seconds(100)}, {seconds(1)}, {seconds(1)}});
  EXPECT_FALSE(r.started[2]);
  EXPECT_EQ(*r.started[3], seconds(100));
  EXPECT_THAT(r.breaches, IsEmpty());
}

TEST(Replay, FindsALegThatWaitsForALaterOne) {
  Exchange e;
  e.s.legs[0].after = {2};
  EXPECT_THAT(replay(e.scene.p, e.s, as_told(e.s)).breaches, Contains("leg 0 waits for leg 2, which is not before it"));
}

// The judge sees what waits are for: without them, the same disturbed replays that are clean otherwise are not.
TEST(Replay, FindsBreachesOnceLegsNoLongerWait) {
  int without_ends = 0, without_successes = 0;
  constexpr int kProblems = 200;
  for (std::uint64_t seed = 1; seed <= kProblems; ++seed) {
    const Problem p = make_moves(migration_testing::wild(seed));
    const Schedule s = *make_schedule(p);
    const auto outcomes = migration_testing::disturbed(s, seed, 0.2);
    ASSERT_THAT(replay(p, s, outcomes).breaches, IsEmpty()) << "seed " << seed;
    Schedule hasty = s;
    for (Leg& leg : hasty.legs) leg.after.clear();
    without_ends += !replay(p, hasty, outcomes).breaches.empty();
    hasty = s;
    for (Leg& leg : hasty.legs) leg.after_done.clear();
    without_successes += !replay(p, hasty, outcomes).breaches.empty();
  }
  EXPECT_GT(without_ends, kProblems / 5);
  EXPECT_GT(without_successes, kProblems / 5);
}

}  // namespace
}  // namespace headroom::migration
