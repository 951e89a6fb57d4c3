#include "headroom/hypervisor/testing/contract.h"

#include <algorithm>
#include <set>

#include "headroom/model/find.h"

// A program that links the contract runs the suites that its adapter instantiates.
namespace headroom::testing {
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PortContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ResizeContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MoveContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SampleContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PowerContract);

namespace {

constexpr ActionId kFirst(1), kSecond(2);
constexpr VmId kNoVm(4'000'000'000U);
constexpr HostId kNoHost(4'000'000'000U);
constexpr int kAFew = 3;

template <class T>
void expect_ascending(const std::vector<T>& all) {
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].id, all[i].id);
}

bool over(ActionState state) { return state != ActionState::kRunning; }

}  // namespace

void PortContract::SetUp() {
  rig_ = GetParam().make();
  if (rig_ == nullptr) GTEST_SKIP() << "there is nothing to run it on here";
}

Inventory PortContract::seen() {
  const auto inventory = rig_->hypervisor().inventory();
  EXPECT_TRUE(inventory) << inventory.error().message;
  if (!inventory) return {};
  expect_ascending(inventory->hosts);
  expect_ascending(inventory->vms);
  for (const Vm& v : inventory->vms) EXPECT_NE(find_by_id(inventory->hosts, v.host), nullptr) << "VM " << v.name << " is on no host";
  return *inventory;
}

Vm PortContract::vm() {
  const Inventory now = seen();
  const Vm* found = find_by_id(now.vms, rig_->vm());
  EXPECT_NE(found, nullptr) << "the VM that is acted on is gone";
  return found == nullptr ? Vm{} : *found;
}

Host PortContract::host(HostId id) {
  const Inventory now = seen();
  const Host* found = find_by_id(now.hosts, id);
  EXPECT_NE(found, nullptr) << "host " << id.value() << " is gone";
  return found == nullptr ? Host{} : *found;
}

Action PortContract::resize(const Vm& from, const Resources& after) const {
  Action a;
  a.kind = ActionKind::kResize;
  a.vm = from.id;
  a.from = a.to = from.host;
  a.before = from.allocation;
  a.after = after;
  return a;
}

Action PortContract::move(const Vm& from, HostId to) const {
  Action a = resize(from, from.allocation);
  a.kind = ActionKind::kMigrate;
  a.to = to;
  return a;
}

Action PortContract::power(ActionKind kind, HostId host) const {
  Action a;
  a.kind = kind;
  a.from = host;
  return a;
}

Progress PortContract::end_of(ActionId id) {
  Progress last;
  for (int i = 0; i <= rig_->patience(); ++i) {
    const auto now = rig_->hypervisor().progress(id);
    // A host that does not answer at the moment is asked again.
    if (!now) {
      EXPECT_EQ(now.error().code, ErrorCode::kUnreachable) << now.error().message;
    }
    if (now && over(now->state)) return *now;
    if (now) {
      EXPECT_GE(now->share_done, last.share_done);
      EXPECT_LE(now->share_done, 1);
      last = *now;
    }
    rig_->wait();
  }
  ADD_FAILURE() << "action " << id.value() << " is not over in time";
  return last;
}

void PortContract::expect_done(ActionId id, const Action& action) {
  const auto started = rig_->hypervisor().start(id, action);
  ASSERT_TRUE(started) << started.error().message;
  const Progress end = end_of(id);
  EXPECT_EQ(end.state, ActionState::kDone) << end.message;
  EXPECT_EQ(end.share_done, 1);
}

void PortContract::expect_error(ActionId id, const Action& action, ErrorCode code) {
  const auto started = rig_->hypervisor().start(id, action);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, code) << started.error().message;
  EXPECT_FALSE(started.error().message.empty());
  const auto progress = rig_->hypervisor().progress(id);
  ASSERT_FALSE(progress) << "an action whose start was an error is known";
  EXPECT_EQ(progress.error().code, ErrorCode::kNotFound);
}

void PortContract::expect_stays(ActionId id, ActionState state) {
  for (int i = 0; i < kAFew; ++i) {
    rig_->wait();
    const auto now = rig_->hypervisor().progress(id);
    ASSERT_TRUE(now) << now.error().message;
    EXPECT_EQ(now->state, state);
  }
}

TEST_P(PortContract, ShowsHostsAndVmsInOrderAgainAndAgain) {
  const Inventory first = seen();
  EXPECT_FALSE(first.hosts.empty());
  EXPECT_NE(find_by_id(first.vms, rig_->vm()), nullptr);
  rig_->wait();
  const Inventory second = seen();
  ASSERT_EQ(first.hosts.size(), second.hosts.size());
  for (std::size_t i = 0; i < first.hosts.size(); ++i) EXPECT_EQ(first.hosts[i].id, second.hosts[i].id);
}

TEST_P(PortContract, DoesNotFindWhatItDoesNotKnow) {
  const Vm before = vm();
  Action a = resize(before, before.allocation);
  a.vm = kNoVm;
  expect_error(kFirst, a, ErrorCode::kNotFound);
  expect_error(kFirst, power(ActionKind::kStartHost, kNoHost), ErrorCode::kNotFound);
  expect_error(kFirst, power(ActionKind::kStopHost, kNoHost), ErrorCode::kNotFound);
  expect_error(kFirst, move(before, kNoHost), ErrorCode::kNotFound);
  EXPECT_EQ(rig_->hypervisor().progress(kFirst).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(rig_->hypervisor().cancel(kFirst).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(vm().allocation, before.allocation);
}

TEST_P(PortContract, CallsInvalidWhatMakesNoSense) {
  const Vm before = vm();
  expect_error(kFirst, move(before, before.host), ErrorCode::kInvalid);
  for (Resource r : kAllResources) {
    Resources less = before.allocation;
    less[r] = -1;
    expect_error(kFirst, resize(before, less), ErrorCode::kInvalid);
  }
  Resources nothing = before.allocation;
  nothing[Resource::kCpu] = 0;
  expect_error(kFirst, resize(before, nothing), ErrorCode::kInvalid);
  EXPECT_EQ(vm().allocation, before.allocation);
  EXPECT_EQ(vm().host, before.host);
}

TEST_P(ResizeContract, ShowsTheNewAllocationAndSaysWhatItTook) {
  const Vm before = vm();
  const Action there = resize(before, rig_->other(before));
  ASSERT_NE(there.after, there.before);
  expect_done(kFirst, there);
  EXPECT_EQ(vm().allocation, there.after);
  EXPECT_TRUE(end_of(kFirst).took);
  expect_done(kSecond, resize(vm(), before.allocation));
  EXPECT_EQ(vm().allocation, before.allocation);
}

TEST_P(ResizeContract, StartsAnIdOnce) {
  const Vm before = vm();
  const Action there = resize(before, rig_->other(before));
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, there));
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, there));
  expect_done(kFirst, there);
  expect_done(kSecond, resize(vm(), before.allocation));
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, there));
  expect_stays(kFirst, ActionState::kDone);
  EXPECT_EQ(vm().allocation, before.allocation);
}

TEST_P(ResizeContract, KeepsAnEndThatWasReached) {
  const Vm before = vm();
  const Action there = resize(before, rig_->other(before));
  expect_done(kFirst, there);
  EXPECT_TRUE(rig_->hypervisor().cancel(kFirst));  // too late, which is no error
  expect_stays(kFirst, ActionState::kDone);
  EXPECT_EQ(vm().allocation, there.after);
  expect_done(kSecond, resize(vm(), before.allocation));
}

TEST_P(ResizeContract, DoesOneThingAtATimeWithAVm) {
  const Vm before = vm();
  const Action there = resize(before, rig_->other(before));
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, there));
  const auto second = rig_->hypervisor().start(kSecond, there);
  if (second) {
    EXPECT_EQ(rig_->hypervisor().progress(kFirst)->state, ActionState::kDone) << "two actions of one VM are under way";
  } else {
    EXPECT_EQ(second.error().code, ErrorCode::kRefused) << second.error().message;
    EXPECT_EQ(rig_->hypervisor().progress(kSecond).error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(end_of(kFirst).state, ActionState::kDone);
  if (second) {
    EXPECT_EQ(end_of(kSecond).state, ActionState::kDone);
  }
  expect_done(ActionId(3), resize(vm(), before.allocation));
}

TEST_P(ResizeContract, LeavesTheVmAsItWasWhenItIsCancelled) {
  const Vm before = vm();
  const Action there = resize(before, rig_->other(before));
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, there));
  ASSERT_TRUE(rig_->hypervisor().cancel(kFirst));
  const Progress end = end_of(kFirst);
  expect_stays(kFirst, end.state);
  if (end.state == ActionState::kDone) {  // asked for too late
    EXPECT_EQ(vm().allocation, there.after);
    expect_done(kSecond, resize(vm(), before.allocation));
    return;
  }
  EXPECT_EQ(end.state, ActionState::kCancelled) << end.message;
  EXPECT_EQ(vm().allocation, before.allocation);
}

TEST_P(MoveContract, ShowsTheVmOnExactlyOneHostAllTheWay) {
  const Vm before = vm();
  const HostId there = rig_->elsewhere();
  ASSERT_NE(there, before.host);
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, move(before, there)));
  for (int i = 0; i < rig_->patience(); ++i) {
    const Inventory now = seen();  // each id once: the VM is on one host
    const Vm* v = find_by_id(now.vms, before.id);
    ASSERT_NE(v, nullptr) << "it is nowhere";
    EXPECT_TRUE(v->host == before.host || v->host == there);
    const auto progress = rig_->hypervisor().progress(kFirst);
    if (progress && over(progress->state)) break;
    rig_->wait();
  }
  const Progress end = end_of(kFirst);
  EXPECT_EQ(end.state, ActionState::kDone) << end.message;
  EXPECT_EQ(vm().host, there);
  EXPECT_TRUE(end.downtime);
  ASSERT_TRUE(end.took);
  EXPECT_GT(*end.took, Duration::zero());
  expect_done(kSecond, move(vm(), before.host));
  EXPECT_EQ(vm().host, before.host);
}

TEST_P(MoveContract, StartsAnIdOnce) {
  const Vm before = vm();
  const Action there = move(before, rig_->elsewhere());
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, there));
  expect_done(kFirst, there);
  expect_done(kSecond, move(vm(), before.host));
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, there));
  expect_stays(kFirst, ActionState::kDone);
  EXPECT_EQ(vm().host, before.host);
}

TEST_P(MoveContract, DoesOneThingAtATimeWithAVm) {
  const Vm before = vm();
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, move(before, rig_->elsewhere())));
  expect_error(kSecond, move(before, rig_->elsewhere()), ErrorCode::kRefused);
  expect_error(kSecond, resize(before, rig_->other(before)), ErrorCode::kRefused);
  EXPECT_EQ(end_of(kFirst).state, ActionState::kDone);
  expect_done(kSecond, move(vm(), before.host));
}

TEST_P(MoveContract, LeavesTheVmWhereItWasWhenItIsCancelled) {
  const Vm before = vm();
  ASSERT_TRUE(rig_->hypervisor().start(kFirst, move(before, rig_->elsewhere())));
  rig_->wait();
  ASSERT_TRUE(rig_->hypervisor().cancel(kFirst));
  const Progress end = end_of(kFirst);
  expect_stays(kFirst, end.state);
  if (end.state == ActionState::kDone) {  // asked for too late
    EXPECT_EQ(vm().host, rig_->elsewhere());
    expect_done(kSecond, move(vm(), before.host));
    return;
  }
  EXPECT_EQ(end.state, ActionState::kCancelled) << end.message;
  EXPECT_EQ(vm().host, before.host);
  EXPECT_EQ(vm().allocation, before.allocation);
}

TEST_P(MoveContract, RefusesToMoveWhatIsNotThere) {
  const Vm before = vm();
  Action wrong = move(before, before.host);
  wrong.from = rig_->elsewhere();
  expect_error(kFirst, wrong, ErrorCode::kRefused);
  wrong = resize(before, rig_->other(before));
  wrong.from = wrong.to = rig_->elsewhere();
  expect_error(kFirst, wrong, ErrorCode::kRefused);
  EXPECT_EQ(vm().host, before.host);
}

TEST_P(MoveContract, CarriesAnAllocation) {
  const Vm before = vm();
  Action there = move(before, rig_->elsewhere());
  there.after = rig_->other(before);
  expect_done(kFirst, there);
  EXPECT_EQ(vm().host, there.to);
  EXPECT_EQ(vm().allocation, there.after);
  Action back = move(vm(), before.host);
  back.after = before.allocation;
  expect_done(kSecond, back);
  EXPECT_EQ(vm().allocation, before.allocation);
}

TEST_P(SampleContract, HandsEachSampleOnOnce) {
  std::set<std::pair<VmId, Instant>> known;
  bool reported = false;
  for (int i = 0; i < rig_->patience() && !(reported && i >= kAFew); ++i) {
    const Inventory now = seen();
    const auto samples = rig_->hypervisor().samples();
    ASSERT_TRUE(samples) << samples.error().message;
    for (const VmSample& s : *samples) {
      EXPECT_NE(find_by_id(now.vms, s.vm), nullptr);
      EXPECT_TRUE(known.emplace(s.vm, s.sample.at).second) << "told twice";
      for (Resource r : kAllResources) EXPECT_GE(s.sample.used[index(r)], 0);
      reported = reported || s.vm == rig_->vm();
    }
    EXPECT_TRUE(rig_->hypervisor().samples()->empty());
    rig_->wait();
  }
  EXPECT_TRUE(reported) << "the VM has not reported in all that time";
}

TEST_P(PowerContract, StopsAndStartsAHost) {
  const HostId idle = rig_->idle_host();
  ASSERT_EQ(host(idle).power, PowerState::kOn);
  expect_done(kFirst, power(ActionKind::kStopHost, idle));
  EXPECT_EQ(host(idle).power, PowerState::kOff);
  expect_done(kSecond, power(ActionKind::kStartHost, idle));
  EXPECT_EQ(host(idle).power, PowerState::kOn);
}

TEST_P(PowerContract, NeverStopsAHostThatRunsAVm) {
  const HostId home = vm().host;
  expect_error(kFirst, power(ActionKind::kStopHost, home), ErrorCode::kRefused);
  EXPECT_EQ(host(home).power, PowerState::kOn);
}

TEST_P(PowerContract, RefusesWhatIsSoAlready) {
  const HostId idle = rig_->idle_host();
  expect_error(kFirst, power(ActionKind::kStartHost, idle), ErrorCode::kRefused);
  expect_done(kFirst, power(ActionKind::kStopHost, idle));
  expect_error(kSecond, power(ActionKind::kStopHost, idle), ErrorCode::kRefused);
  expect_done(kSecond, power(ActionKind::kStartHost, idle));
}

}  // namespace headroom::testing
