// Guests whose VMs move: asked for what a move takes, told to get ready for it, and that it is over.
#include "guest_pool_rig.h"

namespace headroom {
namespace {

using namespace ingest;
using std::chrono::minutes;
using std::chrono::seconds;

class GuestThatDrains : public GuestPoolTest {
 protected:
  GuestThatDrains() {
    connect();
    board.change(uuid(), [](AgentState& a) { a.features = 1U << static_cast<unsigned>(AgentFeature::kHooks); });
  }
  Action move() {
    Action a = shrink(0, 0);
    a.kind = ActionKind::kMigrate;
    a.to = HostId(2);
    a.reason.code = ReasonCode::kDrain;
    return a;
  }
  // As a host that is emptied to save its price sends them.
  Action smaller_move() {
    Action a = move();
    a.reason.code = ReasonCode::kConsolidation;
    a.after[Resource::kMemory] -= 512 << 20;
    return a;
  }
};

TEST_F(GuestThatDrains, IsToldBeforeItsVmMovesAndWhenThatIsOver) {
  ASSERT_TRUE(pool->start(ActionId(7), move()));
  EXPECT_FALSE(fake.was_started(ActionId(7)));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].kind, DirectiveKind::kDrain);
  EXPECT_EQ(open()[0].moment, Moment::kBefore);
  EXPECT_EQ(open()[0].reason, "its host is being emptied; action 7");
  EXPECT_EQ(pool->next_due(), kStart + seconds(5));
  answer(DirectiveState::kDone);
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kRunning);
  EXPECT_TRUE(fake.was_started(ActionId(7)));
  EXPECT_EQ(pool->next_due(), std::nullopt);
  clock.set(kStart + minutes(5));
  const auto end = *pool->progress(ActionId(7));
  EXPECT_EQ(end.state, ActionState::kDone);
  EXPECT_EQ(end.message, "");
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].kind, DirectiveKind::kDrain);
  EXPECT_EQ(open()[0].moment, Moment::kAfter);
}

TEST_F(GuestThatDrains, IsAskedForWhatAMoveTakesBeforeItIsToldToGetReadyForIt) {
  const Action a = smaller_move();
  ASSERT_TRUE(pool->start(ActionId(7), a));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].kind, DirectiveKind::kAllocation);
  EXPECT_EQ(open()[0].memory_kib_from - open()[0].memory_kib_to, 512u << 10);
  answer(DirectiveState::kDone);
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kRunning);
  EXPECT_FALSE(fake.was_started(ActionId(7)));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].kind, DirectiveKind::kDrain);
  EXPECT_EQ(pool->next_due(), clock.now() + seconds(5));
  answer(DirectiveState::kDone);
  (void)*pool->progress(ActionId(7));
  EXPECT_TRUE(fake.was_started(ActionId(7)));
  clock.set(kStart + minutes(5));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kDone);
  EXPECT_EQ(fake.vm(kVm).allocation, a.after);
  ASSERT_EQ(open().size(), 2u);
  EXPECT_EQ(open()[0].memory_kib_from - open()[0].memory_kib_to, 512u << 10);
  EXPECT_EQ(open()[1].kind, DirectiveKind::kDrain);
  for (const Directive& d : open()) EXPECT_EQ(d.moment, Moment::kAfter);
}

TEST_F(GuestThatDrains, VetoesAMoveThatTakesTooMuchAndHearsNoMoreOfIt) {
  ASSERT_TRUE(pool->start(ActionId(7), smaller_move()));
  answer(DirectiveState::kVetoed, "memory stalls 2.00 % of the time already");
  const auto end = *pool->progress(ActionId(7));
  EXPECT_EQ(end.state, ActionState::kCancelled);
  EXPECT_EQ(end.message, "its guest vetoes: memory stalls 2.00 % of the time already");
  EXPECT_FALSE(fake.was_started(ActionId(7)));
  EXPECT_TRUE(open().empty());
}

TEST_F(GuestThatDrains, GetsBackWhatItGaveForAMoveThatAManagersRestartEnds) {
  ASSERT_TRUE(pool->start(ActionId(7), smaller_move()));
  answer(DirectiveState::kDone);
  (void)*pool->progress(ActionId(7));
  answer(DirectiveState::kDone);
  reopen();
  ASSERT_TRUE(pool->take_up(ActionId(7), smaller_move()));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kCancelled);
  EXPECT_FALSE(fake.was_started(ActionId(7)));
  ASSERT_EQ(open().size(), 2u);
  EXPECT_EQ(open()[0].memory_kib_to - open()[0].memory_kib_from, 512u << 10);
  EXPECT_EQ(open()[1].kind, DirectiveKind::kDrain);
}

TEST_F(GuestThatDrains, ThatIsBeingAskedForWhatAMoveTakesIsToldOfItByTheNextManager) {
  ASSERT_TRUE(pool->start(ActionId(7), smaller_move()));
  reopen();
  ASSERT_TRUE(pool->take_up(ActionId(7), smaller_move()));
  answer(DirectiveState::kDone);
  (void)*pool->progress(ActionId(7));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].kind, DirectiveKind::kDrain);
  answer(DirectiveState::kDone);
  (void)*pool->progress(ActionId(7));
  EXPECT_TRUE(fake.was_started(ActionId(7)));
}

TEST_F(GuestThatDrains, HoldsNoMoveUpBeyondItsTimeWhateverItSays) {
  ASSERT_TRUE(pool->start(ActionId(7), move()));
  clock.set(kStart + seconds(4));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kRunning);
  EXPECT_FALSE(fake.was_started(ActionId(7)));
  clock.set(kStart + seconds(5));
  (void)*pool->progress(ActionId(7));
  EXPECT_TRUE(fake.was_started(ActionId(7)));
  clock.set(kStart + minutes(5));
  const auto end = *pool->progress(ActionId(7));
  EXPECT_EQ(end.state, ActionState::kDone);
  EXPECT_EQ(end.message, "its guest was not ready within 5s");
}

TEST_F(GuestThatDrains, AdvisesAndDoesNotVetoAMove) {
  ASSERT_TRUE(pool->start(ActionId(7), move()));
  answer(DirectiveState::kFailed, "hook 10-app ended with 1: a backup runs");
  (void)*pool->progress(ActionId(7));
  EXPECT_TRUE(fake.was_started(ActionId(7)));
  clock.set(kStart + minutes(5));
  EXPECT_EQ((*pool->progress(ActionId(7))).message, "its guest could not get ready: hook 10-app ended with 1: a backup runs");
}

TEST_F(GuestThatDrains, IsTakenUpAfterARestartAndToldThatItIsOver) {
  ASSERT_TRUE(pool->start(ActionId(7), move()));
  answer(DirectiveState::kDone);
  reopen();
  ASSERT_TRUE(pool->take_up(ActionId(7), move()));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kCancelled) << "nobody knows how long it has been waiting";
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].moment, Moment::kAfter);
}

TEST_F(GuestThatDrains, WithoutHooksIsNotAskedAndHoldsNothingUp) {
  board.change(uuid(), [](AgentState& a) { a.features = 0; });
  ASSERT_TRUE(pool->start(ActionId(7), move()));
  EXPECT_TRUE(fake.was_started(ActionId(7)));
  EXPECT_TRUE(open().empty());
}

}  // namespace
}  // namespace headroom
