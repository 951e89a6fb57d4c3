// Which moves of a plan are begun when, whatever becomes of those they wait for.
#include "headroom/loop/move_queue.h"

#include <gmock/gmock.h>

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Instant kNow = instant_from_epoch_seconds(1'375'315'500);

Action move(std::uint32_t vm, Duration start, std::vector<VmId> after = {}, std::vector<VmId> after_done = {}) {
  Action a{ActionKind::kMigrate, VmId(vm), HostId(0), HostId(1), {}, {}, {}};
  a.schedule = MoveSchedule{};
  a.schedule->start = start;
  a.schedule->after = std::move(after);
  a.schedule->after_done = std::move(after_done);
  return a;
}

std::vector<std::uint32_t> vms(const std::vector<Action>& actions) {
  std::vector<std::uint32_t> ids;
  for (const Action& a : actions) ids.push_back(a.vm.value());
  return ids;
}

struct Rig {
  MoveQueue queue;
  std::vector<Action> stopped;
  Snapshot snapshot;

  std::vector<std::uint32_t> fill(std::vector<Action> actions) {
    return vms(queue.fill({kNow, std::move(actions), {}}, snapshot, kNow + minutes(5)));
  }
  std::vector<std::uint32_t> due(Duration after) { return vms(queue.due(kNow + after, stopped)); }
};

TEST(MoveQueue, LetsGoAtOnceWhatNeedNotWaitAndKeepsTheRestUntilItsTime) {
  Rig rig;
  Action resize{ActionKind::kResize, VmId(9), HostId(0), {}, {}, {}, {}};
  EXPECT_THAT(rig.fill({resize, move(1, seconds(0)), move(2, seconds(12))}), ElementsAre(9, 1));
  EXPECT_EQ(rig.queue.next_look(kNow), kNow + seconds(12));
  EXPECT_THAT(rig.due(seconds(11)), IsEmpty());
  EXPECT_THAT(rig.due(seconds(12)), ElementsAre(2));
  EXPECT_FALSE(rig.queue.next_look(kNow).has_value());
}

TEST(MoveQueue, LeavesToTheNextPlanWhatStartsAfterIt) {
  Rig rig;
  rig.fill({move(1, minutes(4)), move(2, minutes(5))});
  EXPECT_THAT(vms(rig.queue.waiting()), ElementsAre(1));
  EXPECT_THAT(vms(rig.queue.left()), ElementsAre(2));
}

TEST(MoveQueue, WaitsForOneThatTakesLongerThanItWasTo) {
  Rig rig;
  rig.fill({move(1, seconds(0)), move(2, seconds(10), {VmId(1)})});
  rig.queue.begun(VmId(1));
  EXPECT_THAT(rig.due(seconds(30)), IsEmpty());
  EXPECT_EQ(rig.queue.next_look(kNow + seconds(30)), kNow + seconds(30) + MoveQueue::kLookEvery);
  rig.queue.ended(VmId(1), false);
  EXPECT_THAT(rig.due(seconds(35)), ElementsAre(2)) << "its link is free, whether it has succeeded or not";
}

TEST(MoveQueue, StopsWhatCountsOnAMoveThatHasFailedAndGoesOnWithWhoOnlyWaitsForItsLink) {
  Rig rig;
  rig.fill({move(1, seconds(0)), move(2, seconds(10), {}, {VmId(1)}), move(3, seconds(20), {VmId(2)})});
  rig.queue.begun(VmId(1));
  rig.queue.ended(VmId(1), false);
  EXPECT_THAT(rig.due(seconds(20)), ElementsAre(3));
  EXPECT_THAT(vms(rig.stopped), ElementsAre(2));
}

TEST(MoveQueue, WaitsForOneThatWasUnderWayWhenThePlanWasMade) {
  Rig rig;
  rig.snapshot.in_flight = {{move(7, seconds(0)), kNow}};
  rig.fill({move(1, seconds(3), {VmId(7)})});
  EXPECT_THAT(rig.due(seconds(9)), IsEmpty());
  rig.queue.ended(VmId(7), true);
  EXPECT_THAT(rig.due(seconds(9)), ElementsAre(1));
}

TEST(MoveQueue, ForgetsThePlanBefore) {
  Rig rig;
  rig.fill({move(1, seconds(60))});
  EXPECT_THAT(rig.fill({}), IsEmpty());
  EXPECT_THAT(rig.due(seconds(60)), IsEmpty());
}

// The loop tells of each that was not begun that it has ended; for one that is only put off that is not so.
TEST(MoveQueue, KeepsThoseThatWaitForOneThatIsPutOff) {
  Rig rig;
  rig.fill({move(1, seconds(10)), move(2, seconds(10), {}, {VmId(1)})});
  auto first = rig.queue.due(kNow + seconds(10), rig.stopped);
  ASSERT_THAT(vms(first), ElementsAre(1));
  rig.queue.ended(VmId(1), false);
  rig.queue.again(first[0]);
  EXPECT_THAT(rig.due(seconds(15)), ElementsAre(1));
  rig.queue.begun(VmId(1));
  EXPECT_THAT(rig.due(seconds(20)), IsEmpty());
  rig.queue.ended(VmId(1), true);
  EXPECT_THAT(rig.due(seconds(25)), ElementsAre(2));
  EXPECT_THAT(rig.stopped, IsEmpty());
}

}  // namespace
}  // namespace headroom
