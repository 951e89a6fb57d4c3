// Watching the actions as they come, change and end.
#include <gmock/gmock.h>

#include "rig.h"

namespace headroom::rpc {
namespace {

using access::Role;
using grpc::StatusCode;
using testing::Asking;

Action growth() {
  Action action;
  action.vm = VmId(0);
  action.from = HostId(0);
  action.before = Resources(500_mcores, 4_GiB);
  action.after = Resources(1250_mcores, 4_GiB);
  action.reason.resource = headroom::Resource::kCpu;
  return action;
}

// A round that begins one, known to the journal as `id`.
Round begins(std::uint32_t id) {
  Round round;
  Verdict verdict;
  verdict.action = growth();
  verdict.decision = Decision::kStarted;
  verdict.id = ActionId(id);
  round.verdicts = {verdict};
  return round;
}

Round ends(std::uint32_t id) {
  Round round;
  Ended ended;
  ended.id = ActionId(id);
  round.ended = {ended};
  return round;
}

struct Watching {
  explicit Watching(const testing::Channel& channel, const Asking& asking = {}) : stub(v1::PlanService::NewStub(channel)) {
    testing::prepare(context, asking);
    reader = stub->WatchActions(&context, v1::WatchActionsRequest());
  }
  ~Watching() { context.TryCancel(); }
  v1::Action next() {
    v1::Action action;
    EXPECT_TRUE(reader->Read(&action)) << reader->Finish().error_message();
    return action;
  }
  grpc::Status end() {
    v1::Action action;
    while (reader->Read(&action)) {}
    return reader->Finish();
  }

  grpc::ClientContext context;
  std::unique_ptr<v1::PlanService::Stub> stub;
  std::unique_ptr<grpc::ClientReader<v1::Action>> reader;
};

TEST(Watch, TellsWhatIsThereAndThenWhatChanges) {
  testing::Served rig;
  const Snapshot& snapshot = rig.board.read()->snapshot;
  rig.board.log.note(snapshot, begins(7));
  rig.board.log.note(snapshot, begins(8));
  Watching watch(rig.channel);
  EXPECT_EQ(watch.next().id(), 1U) << "the oldest first";
  const v1::Action second = watch.next();
  EXPECT_EQ(second.id(), 2U);
  EXPECT_EQ(second.vm(), "web/1");
  EXPECT_EQ(second.state(), v1::ACTION_STATE_RUNNING);
  rig.board.log.note(snapshot, ends(7));
  const v1::Action ended = watch.next();
  EXPECT_EQ(ended.id(), 1U) << "and not the one that is as it was";
  EXPECT_EQ(ended.state(), v1::ACTION_STATE_DONE);
  rig.board.log.note(snapshot, begins(9));
  EXPECT_EQ(watch.next().id(), 3U);
}

TEST(Watch, EndsWithItsDeadline) {
  testing::Served rig;
  Watching watch(rig.channel, {{}, std::chrono::milliseconds(300)});
  EXPECT_EQ(watch.end().error_code(), StatusCode::DEADLINE_EXCEEDED);
}

TEST(Watch, EndsWhenItsTokenIsRevoked) {
  testing::TlsServed rig;
  rig.board.log.note(rig.board.read()->snapshot, begins(7));
  Watching watch(rig.channel, {rig.token("v", Role::kViewer)});
  EXPECT_EQ(watch.next().id(), 1U);
  ASSERT_TRUE(rig.books.tokens->revoke("v").has_value());
  EXPECT_EQ(watch.end().error_code(), StatusCode::UNAUTHENTICATED);
}

TEST(Watch, EndsWithTheManager) {
  testing::Served rig;
  rig.board.log.note(rig.board.read()->snapshot, begins(7));
  Watching watch(rig.channel);
  watch.next();
  rig.server.reset();
  EXPECT_EQ(watch.end().error_code(), StatusCode::UNAVAILABLE);
}

TEST(Watch, HasRoomForSixteenAndForAnotherWhenOneLeaves) {
  testing::Served rig;
  rig.board.log.note(rig.board.read()->snapshot, begins(7));
  std::vector<std::unique_ptr<Watching>> all;
  for (int i = 0; i < 16; ++i) {
    all.push_back(std::make_unique<Watching>(rig.channel));
    all.back()->next();
  }
  EXPECT_EQ(Watching(rig.channel).end().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(testing::status(rig.channel).ok()) << "others are answered all the same";
  all.pop_back();
  EXPECT_TRUE(poll_until([&] { return Watching(rig.channel, {{}, std::chrono::milliseconds(200)}).end().error_code() == StatusCode::DEADLINE_EXCEEDED; }, std::chrono::seconds(10)));
}

TEST(Watch, WhoMayNotLookIsNotLetIn) {
  testing::TlsServed rig;
  EXPECT_EQ(Watching(rig.channel).end().error_code(), StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace headroom::rpc
