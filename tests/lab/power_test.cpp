// Hosts that are really switched: a host of the lab shuts down in order and is gone with its libvirtd, and boots again; and one with anything
// on it, or on its way to it, is left on. What the switch was told is in the lab's own log: none of it is the manager's word.
#include <gmock/gmock.h>

#include <future>

#include "headroom/libvirt/state_book.h"
#include "headroom/power/testing/contract.h"
#include "pool_lab.h"

namespace headroom::lab {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class LabPower : public PoolLab {
 protected:
  void SetUp() override {
    PoolLab::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const char* host : {"h1", "h2"}) options_.power.switches[uris_[host]] = make_power(lab.power(host)).value();
    restart();
    bring("vm1", "h1");
    stops_ = lab.times_told("stop h2");
  }
  void bring(const std::string& vm, const std::string& to) {
    if (lab.where(vm) == to) return;
    const Progress moved = carry_out(move(vm, to));
    ASSERT_EQ(moved.state, ActionState::kDone) << moved.message;
  }
  void empty_h2() {
    bring("vm2", "h1");
    look();
  }
  Action power(ActionKind kind) {
    Action a;
    a.kind = kind;
    a.from = host("h2").id;
    return a;
  }
  void expect_left_on() {
    EXPECT_EQ(lab.times_told("stop h2"), stops_);
    EXPECT_EQ(lab.say("power state h2"), "on");
    look();
    EXPECT_EQ(host("h2").power, PowerState::kOn);
  }

  long stops_ = 0;
};

TEST_F(LabPower, StopsAnEmptyHostAndStartsItForAVm) {
  empty_h2();
  ASSERT_TRUE(host("h2").can_start && host("h2").can_stop);
  const Stopwatch watch;
  const Progress stopped = carry_out(power(ActionKind::kStopHost));
  ASSERT_EQ(stopped.state, ActionState::kDone) << stopped.message;
  const double stop_s = watch.seconds();
  EXPECT_EQ(lab.times_told("stop h2"), stops_ + 1);
  EXPECT_EQ(lab.say("power state h2"), "off");
  EXPECT_NE(lab.run("inside h2 true").exit_code, 0) << "its process 1 lives";
  look();
  EXPECT_EQ(host("h2").power, PowerState::kOff);
  EXPECT_THAT(pool_->last_round().seen.troubles, ::testing::IsEmpty()) << "its silence is no trouble";

  // A manager that starts meanwhile knows that it is off on purpose, and what it is.
  restart();
  EXPECT_EQ(host("h2").power, PowerState::kOff);
  EXPECT_GT(host("h2").physical.memory().count(), 0);
  const double before_start = watch.seconds();
  const Progress started = carry_out(power(ActionKind::kStartHost));
  ASSERT_EQ(started.state, ActionState::kDone) << started.message;
  fmt::print("stopped after {:.1f} s, its libvirtd answers {:.1f} s after the start\n", stop_s, watch.seconds() - before_start);
  look();
  EXPECT_EQ(host("h2").power, PowerState::kOn);
  EXPECT_EQ(lab.say("power state h2"), "on");
  const Progress moved = carry_out(move("vm2", "h2"));
  EXPECT_EQ(moved.state, ActionState::kDone) << moved.message;
  EXPECT_EQ(lab.where("vm2"), "h2");
}

TEST_F(LabPower, LeavesAHostOnThatRunsAVm) {
  bring("vm2", "h2");
  look();
  const auto refused = pool_->start(ActionId(++actions_), power(ActionKind::kStopHost));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_EQ(refused.error().message, "VM vm2 is on h2");
  expect_left_on();
}

// Somebody starts it by hand after the manager has looked.
TEST_F(LabPower, LeavesAHostOnThatRunsAVmNobodyKnewOf) {
  empty_h2();
  lab.say("start vm3 h2");
  const Progress end = carry_out(power(ActionKind::kStopHost));
  lab.say("virsh h2 destroy vm3");
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_THAT(end.message, AllOf(HasSubstr("VM vm3 there runs"), HasSubstr("nothing was begun")));
  expect_left_on();
}

// A move by somebody else, which no plan of ours tells.
TEST_F(LabPower, LeavesAHostOnToWhichAVmIsOnItsWay) {
  empty_h2();
  auto coming = std::async(std::launch::async, [this] { return lab.run("migrate vm1 h2 --bandwidth 12"); });
  ASSERT_TRUE(within(seconds(20), [&] { return has_job("h1", "vm1"); }));
  const Progress end = carry_out(power(ActionKind::kStopHost));
  EXPECT_TRUE(has_job("h1", "vm1")) << "it had arrived before the host was asked: this showed nothing";
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_THAT(end.message, AllOf(AnyOf(HasSubstr("VM vm1 is being moved away from there"), HasSubstr("VM vm1 there is paused, or on its way")),
                                 HasSubstr("nothing was begun")));
  const Ran arrived = coming.get();
  EXPECT_EQ(arrived.exit_code, 0) << arrived.text;
  EXPECT_EQ(lab.where("vm1"), "h2");
  EXPECT_EQ(lab.places("vm1"), 1);
  expect_left_on();
}

// h2 goes down with what is on it; the next test's lab has it again.
testing::HostPowerRig switched_host() {
  if (!is_long()) return {};
  const Lab lab;
  const Ran up = lab.run("up");
  if (up.exit_code != 0) {
    EXPECT_EQ(up.exit_code, 77) << up.text;  // else this machine cannot have a lab
    return {};
  }
  lab.say("power stop h2");
  return {nullptr, make_power(lab.power("h2")).value(), seconds(20)};
}

const auto kSwitches = ::testing::Values(testing::HostPowerCase{"Lab", switched_host});

}  // namespace
}  // namespace headroom::lab

namespace headroom::testing {
INSTANTIATE_TEST_SUITE_P(Lab, HostPowerContract, lab::kSwitches, host_power_name);
}  // namespace headroom::testing
