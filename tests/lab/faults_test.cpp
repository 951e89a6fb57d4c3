// What breaks in the middle of a live migration, really broken: afterwards the guest runs on exactly one host, the pool knows where within a
// minute, and nothing was begun a second time.
#include "pool_lab.h"

namespace headroom::lab {
namespace {

using std::chrono::seconds;

constexpr double kSlowly = 4;  // MiB/s: some 20 s, of which most is the middle
constexpr double kToItsEnd = 10;

class LabFault : public PoolLab {
 protected:
  // A slow move that is under way; its hosts are `from` and `to`.
  void begin_slow_move(double mib_per_s = kSlowly) {
    from = lab.where("vm1");
    ASSERT_FALSE(from.empty());
    to = other(from);
    id = begin(move("vm1", to, mib_per_s));
    ASSERT_TRUE(in_the_middle(id)) << pool_->progress(id).value_or(Progress{}).message;
    since_ = {};
  }
  // It ended as it should, in time, and stays so. `where`: where the guest has to be; empty: nowhere.
  void expect_end(ActionState state, const std::string& where) {
    const Progress end = end_of(id, seconds(60));
    fmt::print("{}: {} after {:.1f} s: {}\n", ::testing::UnitTest::GetInstance()->current_test_info()->name(), name(end.state), since_.seconds(),
               end.message);
    EXPECT_EQ(end.state, state) << end.message;
    EXPECT_LT(since_.seconds(), 60);
    EXPECT_EQ(lab.places("vm1"), where.empty() ? 0 : 1);
    EXPECT_EQ(lab.where("vm1"), where);
    EXPECT_EQ(pool_->alarm(), std::nullopt);
    expect_nothing_begun_again();
    if (where.empty()) return;
    look();
    EXPECT_EQ(vm("vm1").host, host(where).id);
    EXPECT_EQ(lab.status("vm1").value("cpus", 0), 1) << "the guest does not answer";
  }
  // The pool has no thread left that might begin something, and libvirt has no job.
  void expect_nothing_begun_again() {
    for (const char* h : {"h1", "h2"}) EXPECT_FALSE(has_job(h, "vm1")) << h;
  }

  std::string from, to;
  ActionId id;
  Stopwatch since_;
};

TEST_F(LabFault, DestinationsLibvirtdIsKilled) {
  for (int run = 0; run < times(3); ++run) {
    begin_slow_move();
    lab.say("fault daemon " + to);
    lab.say("repair daemon " + to);
    expect_end(ActionState::kFailed, from);
  }
}

TEST_F(LabFault, DestinationHostCrashes) {
  for (int run = 0; run < times(3); ++run) {
    begin_slow_move();
    lab.say("fault host " + to);
    lab.say("repair host " + to);
    expect_end(ActionState::kFailed, from);
    lab.say("up");
  }
}

TEST_F(LabFault, DestinationsLinkIsCutMeanwhile) {
  for (int run = 0; run < times(3); ++run) {
    begin_slow_move();
    lab.say("fault link " + to);
    // Nothing is said of the destination before it answers again.
    ASSERT_TRUE(within(seconds(40), [&] { return !has_job(from, "vm1"); }));
    EXPECT_EQ(lab.where("vm1"), from);
    lab.say("repair link " + to);
    expect_end(ActionState::kFailed, from);
  }
}

TEST_F(LabFault, DestinationsLinkIsCutBefore) {
  for (int run = 0; run < times(3); ++run) {
    from = lab.where("vm1");
    to = other(from);
    const Action a = move("vm1", to);
    lab.say("fault link " + to);
    since_ = {};
    id = begin(a);
    expect_end(ActionState::kFailed, from);
    lab.say("repair link " + to);
  }
}

TEST_F(LabFault, SourcesLinkIsCutMeanwhile) {
  for (int run = 0; run < times(3); ++run) {
    begin_slow_move();
    lab.say("fault link " + from);
    ASSERT_TRUE(within(seconds(40), [&] { return !has_job(from, "vm1"); }));
    lab.say("repair link " + from);
    expect_end(ActionState::kFailed, from);
  }
}

TEST_F(LabFault, SourcesLibvirtdIsKilled) {
  for (int run = 0; run < times(3); ++run) {
    begin_slow_move();
    lab.say("fault daemon " + from);
    lab.say("repair daemon " + from);
    expect_end(ActionState::kFailed, from);
  }
}

TEST_F(LabFault, DestinationsLibvirtdHangs) {
  for (int run = 0; run < times(3); ++run) {
    begin_slow_move();
    lab.say("fault hang " + to);
    const bool over = within(seconds(40), [&] { return !has_job(from, "vm1"); });
    lab.say("repair hang " + to);
    ASSERT_TRUE(over);
    expect_end(ActionState::kFailed, from);
  }
}

TEST_F(LabFault, GuestIsKilled) {
  for (int run = 0; run < times(3); ++run) {
    begin_slow_move();
    lab.say("fault guest vm1");
    expect_end(ActionState::kFailed, "");
    lab.say("repair guest vm1 " + from);
    look();
    EXPECT_EQ(vm("vm1").host, host(from).id);
  }
}

TEST_F(LabFault, ManagerIsGoneAndBackMeanwhile) {
  for (int run = 0; run < times(3); ++run) {
    begin_slow_move(kToItsEnd);
    const Action a = [&] {
      Action told = move("vm1", from);  // as the journal has it
      std::swap(told.from, told.to);
      told.from = host(from).id, told.to = host(to).id;
      return told;
    }();
    restart();
    ASSERT_TRUE(pool_->take_up(id, a));
    expect_end(ActionState::kDone, to);  // the hosts carry it on without us
  }
}

}  // namespace
}  // namespace headroom::lab
