// What a round does with a pool that does not add up, and what it knows after a restart.
#include "headroom/loop/loop.h"

#include <gmock/gmock.h>

#include "headroom/actuator/memory_journal.h"
#include "headroom/forecast/baselines.h"
#include "headroom/hypervisor/testing/fake_hypervisor.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'040);

// A VM is given more as soon as it uses more than four fifths of its CPU, and then left in peace for a while.
Rule grow_cpu() {
  Rule rule;
  rule.name = "grow-cpu";
  rule.metric = Resource::kCpu;
  rule.threshold = 0.8;
  rule.target = 0.6;
  rule.cooldown = minutes(20);
  return rule;
}

struct Rig {
  Rig() {
    limits.level = AutomationLevel::kAuto;
    policy.rules = {grow_cpu()};
    start();
  }

  // A manager that begins anew: the pool and the journal stay.
  void start() {
    actuator = std::make_unique<Actuator>(fake, journal, limits);
    forecaster = std::make_unique<ErrorQuantile>(ErrorQuantile::Anchor::kLast, Horizons{minutes(5)}, minutes(5));
    loop = std::make_unique<Loop>(LoopPorts{fake, *forecaster, *actuator}, policy, minutes(1));
    const auto begun = journal.changed_since(clock.now() - loop->memory());
    ASSERT_TRUE(actuator->recover(clock.now()));
    loop->remember(*begun);
  }
  Round round() {
    clock.set(clock.now() + minutes(1));
    for (Vm& vm : fake.world().vms) {
      VmSample s{vm.id, {}};
      s.sample.at = clock.now();
      s.sample.used = vm.used;
      fake.report(s);
      vm.sampled_at = clock.now();
    }
    auto round = loop->run_round(clock.now());
    EXPECT_TRUE(round) << round.error().message;
    return round ? std::move(*round) : Round{};
  }
  void rounds(int count) {
    for (int i = 0; i < count; ++i) (void)round();
  }

  ManualClock clock{kNoon};
  testing::FakeHypervisor fake{testing::small_fleet(2, 3, kNoon), clock, {.migrate = minutes(10)}};
  MemoryJournal journal;
  SafetyLimits limits;
  Policy policy;
  std::unique_ptr<Actuator> actuator;
  std::unique_ptr<Forecaster> forecaster;
  std::unique_ptr<Loop> loop;
};

TEST(Loop, LeavesAVmAloneWhoseHostIsNotThereAndSaysSoInOneSentence) {
  Rig rig;
  rig.fake.vm(VmId(0)).used[index(Resource::kCpu)] = 1900;
  for (const std::uint32_t lost : {1U, 2U}) {
    rig.fake.vm(VmId(lost)).host = HostId(77);
    rig.fake.vm(VmId(lost)).used[index(Resource::kCpu)] = 1900;
  }
  (void)rig.round();
  const Round round = rig.round();
  EXPECT_THAT(round.troubles, ElementsAre("it is not known on which of the hosts these VMs are, and they are left alone: vm-1, vm-2"));
  EXPECT_THAT(rig.loop->snapshot().vms, SizeIs(1));
  EXPECT_GT(rig.fake.vm(VmId(0)).allocation.cpu(), 2_cores) << "the others go on";
  EXPECT_EQ(rig.fake.vm(VmId(1)).allocation.cpu(), 2_cores);
  rig.fake.vm(VmId(1)).host = rig.fake.vm(VmId(2)).host = HostId(1);
  EXPECT_THAT(rig.round().troubles, IsEmpty());
  EXPECT_THAT(rig.loop->snapshot().vms, SizeIs(3));
}

// An earlier run had begun it, and that host has not answered since the start.
TEST(Loop, GoesOnWhileAMoveIsUnderWayToOrFromAHostThatIsNotThere) {
  for (const std::uint32_t gone : {0U, 1U}) {
    Rig rig;
    Action move;
    move.kind = ActionKind::kMigrate;
    move.vm = VmId(0);
    move.from = HostId(0);
    move.to = HostId(1);
    move.before = move.after = rig.fake.vm(VmId(0)).allocation;
    const ActionId id = rig.journal.append(move, kNoon).value();
    ASSERT_TRUE(rig.fake.start(id, move));
    ASSERT_TRUE(rig.journal.record(id, ActionPhase::kStarted, kNoon, ""));
    std::erase_if(rig.fake.world().hosts, [&](const Host& h) { return h.id == HostId(gone); });
    rig.start();
    ASSERT_THAT(rig.actuator->in_flight(), SizeIs(1));
    const Round round = rig.round();
    EXPECT_THAT(round.breaches, IsEmpty());
    EXPECT_THAT(rig.loop->snapshot().in_flight, IsEmpty());
    const Vm* vm = rig.loop->snapshot().find(VmId(0));
    EXPECT_EQ(vm != nullptr, gone == 1) << "where it is, is known of its source alone";
    EXPECT_TRUE(vm == nullptr || vm->action_in_flight);
    const Host* to = rig.loop->snapshot().find(HostId(1));
    EXPECT_TRUE(to == nullptr || to->incoming == move.after) << "its room is held for it";
  }
}

TEST(Loop, LeavesAVmInPeaceForItsRulesCooldownAcrossARestart) {
  Rig rig;
  rig.fake.vm(VmId(0)).used[index(Resource::kCpu)] = 1900;
  rig.rounds(3);
  const MilliCores grown = rig.fake.vm(VmId(0)).allocation.cpu();
  ASSERT_GT(grown, 2_cores);
  rig.fake.vm(VmId(0)).used[index(Resource::kCpu)] = static_cast<double>(grown.count());
  rig.start();
  rig.rounds(5);
  EXPECT_EQ(rig.fake.vm(VmId(0)).allocation.cpu(), grown);
  rig.rounds(20);
  EXPECT_GT(rig.fake.vm(VmId(0)).allocation.cpu(), grown);
}

// What the hypervisor would not begin has changed nothing.
TEST(Loop, RemembersNoChangeThatWasRefusedAtOnce) {
  Rig rig;
  Action grow;
  grow.vm = VmId(0);
  grow.from = HostId(0);
  grow.before = grow.after = rig.fake.vm(VmId(0)).allocation;
  grow.after[Resource::kCpu] += 1000;
  const ActionId id = rig.journal.append(grow, kNoon).value();
  ASSERT_TRUE(rig.journal.record(id, ActionPhase::kFailed, kNoon, "not now"));
  rig.start();
  (void)rig.round();
  EXPECT_EQ(rig.loop->snapshot().vms[0].resized_at[index(Resource::kCpu)], std::nullopt);
}

}  // namespace
}  // namespace headroom
