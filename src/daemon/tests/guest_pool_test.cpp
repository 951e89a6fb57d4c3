// What agents say in the loop, and shrinks that guests are asked about first.
#include "guest_pool_rig.h"
#include "headroom/history/memory_history.h"

namespace headroom {
namespace {

using namespace ingest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(GuestPoolTest, AnAgentsReportStandsForTheCountersWhileItIsFresh) {
  connect();
  report(700, kStart + seconds(5));
  clock.set(kStart + seconds(6));
  auto vm = (*pool->inventory()).vms[0];
  EXPECT_EQ(vm.used[index(Resource::kCpu)], 700);
  EXPECT_EQ(vm.sampled_at, kStart + seconds(5));
  EXPECT_TRUE(vm.guest_statistics);
  clock.set(kStart + minutes(2));
  vm = (*pool->inventory()).vms[0];
  EXPECT_EQ(vm.used[index(Resource::kCpu)], 300) << "an old report is no news";
}

TEST_F(GuestPoolTest, ItsSamplesReplaceTheCountersAndAreInTheHistoryAlready) {
  connect();
  fake.report({kVm, Sample{kStart, {300, 1e9, 0, 0}, {}, true}});
  fake.report({VmId(1), Sample{kStart, {200, 1e9, 0, 0}, {}, true}});
  report(700, kStart + seconds(1));
  report(800, kStart + seconds(2));
  clock.set(kStart + seconds(3));
  const auto samples = *pool->samples();
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].vm, VmId(1));
  EXPECT_EQ(samples[2].sample.used[0], 800);
  const auto store = make_memory_history();
  GuestHistory history(*store, *pool);
  const std::vector<HistorySample> kept{{inventory.vms[1].uuid, samples[0].sample}, {fake_uuid, samples[1].sample}, {fake_uuid, samples[2].sample}};
  ASSERT_TRUE(history.append(kept));
  EXPECT_THAT(*store->vms(), ElementsAre(inventory.vms[1].uuid)) << "the agent's have been put there by who received them";
  fake.report({kVm, Sample{kStart + minutes(5), {300, 1e9, 0, 0}, {}, true}});
  clock.set(kStart + minutes(5));
  EXPECT_EQ((*pool->samples()).size(), 1u) << "a silent agent's VM is measured by the hypervisor again";
}

TEST_F(GuestPoolTest, TellsWhenAgentAndHypervisorDifferForLong) {
  connect();
  for (int i = 0; i < 40; ++i) {
    clock.set(kStart + i * seconds(10));
    fake.vm(kVm).sampled_at = clock.now();
    report(1200, clock.now());
    const auto troubles = (*pool->inventory()).troubles;
    if (i < 30) {
      EXPECT_THAT(troubles, IsEmpty());
    }
    if (i == 39) {
      ASSERT_EQ(troubles.size(), 1u);
      EXPECT_THAT(troubles[0], HasSubstr("its agent says that it uses 1.2 cores of CPU and the hypervisor 0.3 cores, since 2023-11-14T22:20:00Z"));
      const auto apart = board.find(uuid())->apart;
      ASSERT_TRUE(apart.has_value());
      EXPECT_EQ(apart->since, kStart);
      EXPECT_NEAR(apart->by_agent, 1200, 1);
    }
  }
  for (int i = 40; i < 80; ++i) {
    clock.set(kStart + i * seconds(10));
    fake.vm(kVm).sampled_at = clock.now();
    report(320, clock.now());
    inventory = *pool->inventory();
  }
  EXPECT_THAT(inventory.troubles, IsEmpty());
  EXPECT_FALSE(board.find(uuid())->apart.has_value());
}

TEST_F(GuestPoolTest, ADemandCountsAsBeingHeldBackForAWhile) {
  connect();
  board.change(uuid(), [](AgentState& a) { a.demand = AgentDemand{Resource::kMemory, 4e9, 5e9, 0.1F, kStart, "stalls"}; });
  EXPECT_FLOAT_EQ((*pool->inventory()).vms[0].stalled[index(Resource::kMemory)], 0.5F);
  clock.set(kStart + minutes(3));
  EXPECT_EQ((*pool->inventory()).vms[0].stalled[index(Resource::kMemory)], 0);
}

TEST_F(GuestPoolTest, ADemandIsForAShareMoreOfWhatTheVmHadWhenItWasSaid) {
  connect();
  const double had = static_cast<double>(fake.vm(kVm).allocation.cpu().count());
  board.change(uuid(), [](AgentState& a) { a.demand = AgentDemand{Resource::kCpu, 1000, 1250, 0.1F, kStart, "waits"}; });
  const auto demanded = [&] { return (*pool->inventory()).vms[0].demanded[index(Resource::kCpu)]; };
  EXPECT_DOUBLE_EQ(demanded(), 1.25 * had);
  fake.vm(kVm).allocation[Resource::kCpu] *= 2;
  EXPECT_DOUBLE_EQ(demanded(), 1.25 * had) << "what it was given meanwhile is no ground for more";
  clock.set(kStart + seconds(40));
  board.change(uuid(), [&](AgentState& a) { a.demand = AgentDemand{Resource::kCpu, 1000, 1e9, 0.1F, clock.now(), "waits"}; });
  EXPECT_DOUBLE_EQ(demanded(), 2 * 2 * had) << "within reason";
  clock.set(kStart + minutes(3));
  EXPECT_EQ(demanded(), 0);
}

TEST_F(GuestPoolTest, AsksTheGuestForNoVcpusThatItsVmKeeps) {
  connect();
  fake.vm(kVm).vcpus = fake.vm(kVm).least_vcpus = 2;
  inventory = *pool->inventory();
  ASSERT_TRUE(pool->start(ActionId(7), shrink(1000, 0)));
  EXPECT_TRUE(open().empty());
  EXPECT_TRUE(fake.was_started(ActionId(7))) << "a quota is not the guest's to give";
}

TEST_F(GuestPoolTest, AGrowthThatAnEarlierRunBeganIsToldToTheGuestWhenItIsDone) {
  connect();
  Action grow = shrink(0, 0);
  grow.after[Resource::kCpu] += 1000;
  ASSERT_TRUE(pool->start(ActionId(7), grow));
  reopen();
  ASSERT_TRUE(pool->take_up(ActionId(7), grow));
  clock.set(kStart + minutes(1));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kDone);
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].moment, Moment::kAfter);
  EXPECT_EQ(open()[0].vcpus_to, open()[0].vcpus_from + 1);
}

TEST_F(GuestPoolTest, AsksTheGuestBeforeItShrinksAndTellsItAfterwards) {
  connect();
  const Action a = shrink();
  ASSERT_TRUE(pool->start(ActionId(7), a));
  EXPECT_FALSE(fake.was_started(ActionId(7)));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].moment, Moment::kBefore);
  EXPECT_EQ(open()[0].memory_kib_from - open()[0].memory_kib_to, 512u << 10);
  EXPECT_EQ(open()[0].vcpus_to, 0u) << "vCPUs are left alone";
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kRunning);
  answer(DirectiveState::kDone);
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kRunning);
  EXPECT_TRUE(fake.was_started(ActionId(7)));
  clock.set(kStart + minutes(1));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kDone);
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].moment, Moment::kAfter);
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kDone);
  EXPECT_EQ(open().size(), 1u) << "told once";
}

TEST_F(GuestPoolTest, AVetoTurnsTheShrinkDownWithItsReason) {
  connect();
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  answer(DirectiveState::kVetoed, "100 MiB would be available, and 200 are the reserve");
  const auto p = *pool->progress(ActionId(7));
  EXPECT_EQ(p.state, ActionState::kCancelled);
  EXPECT_EQ(p.message, "its guest vetoes: 100 MiB would be available, and 200 are the reserve");
  EXPECT_FALSE(fake.was_started(ActionId(7)));
  EXPECT_EQ(fake.vm(kVm).allocation, shrink().before);
}

TEST_F(GuestPoolTest, AnAgentThatDoesNotAnswerLetsNothingBeTaken) {
  connect();
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  clock.set(kStart + seconds(31));
  EXPECT_EQ((*pool->progress(ActionId(7))).message, "its guest's agent did not answer in time");
  EXPECT_FALSE(fake.was_started(ActionId(7)));
}

TEST_F(GuestPoolTest, AGuestThatCannotSuchAThingIsShrunkAllTheSame) {
  connect();
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  answer(DirectiveState::kUnsupported);
  (void)*pool->progress(ActionId(7));
  EXPECT_TRUE(fake.was_started(ActionId(7)));
}

TEST_F(GuestPoolTest, WithoutAnAgentNobodyIsAsked) {
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  EXPECT_TRUE(fake.was_started(ActionId(7)));
  EXPECT_TRUE(open().empty());
}

TEST_F(GuestPoolTest, NothingElseIsDoneWithAVmWhoseGuestIsBeingAsked) {
  connect();
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  EXPECT_EQ(pool->start(ActionId(8), shrink()).error().code, ErrorCode::kRefused);
  EXPECT_TRUE(pool->start(ActionId(7), shrink())) << "the same again is the same";
}

TEST_F(GuestPoolTest, AQuestionThatIsOutIsWaitedForAfterARestart) {
  connect();
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  reopen();
  ASSERT_TRUE(pool->take_up(ActionId(7), shrink()));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kRunning);
  answer(DirectiveState::kDone);
  (void)*pool->progress(ActionId(7));
  EXPECT_TRUE(fake.was_started(ActionId(7)));
}

TEST_F(GuestPoolTest, WhatWasAnsweredAndNotBegunIsEndedAfterARestartAndTheGuestToldSo) {
  connect();
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  answer(DirectiveState::kDone);
  reopen();
  ASSERT_TRUE(pool->take_up(ActionId(7), shrink()));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kCancelled);
  EXPECT_FALSE(fake.was_started(ActionId(7)));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_GT(open()[0].memory_kib_to, open()[0].memory_kib_from);
}

TEST_F(GuestPoolTest, WhatTheHypervisorHadBegunIsAskedOfItAfterARestart) {
  connect();
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  answer(DirectiveState::kDone);
  (void)*pool->progress(ActionId(7));
  reopen();
  ASSERT_TRUE(pool->take_up(ActionId(7), shrink()));
  EXPECT_THAT(fake.taken_up(), ElementsAre(ActionId(7)));
  clock.set(kStart + minutes(1));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kDone);
}

TEST_F(GuestPoolTest, AnActionThatIsCancelledWhileTheGuestIsAskedNeverBegins) {
  connect();
  ASSERT_TRUE(pool->start(ActionId(7), shrink()));
  ASSERT_TRUE(pool->cancel(ActionId(7)));
  EXPECT_EQ((*pool->progress(ActionId(7))).state, ActionState::kCancelled);
  EXPECT_FALSE(fake.was_started(ActionId(7)));
}

// The port's contract, with an agent that is connected and agrees to everything at once.
class GuestRig final : public testing::ContractRig {
 public:
  GuestRig() {
    for (const Vm& vm : fake_.world().vms) board_.change(vm.uuid, [](AgentState& a) { a.connected = true; });
  }
  Hypervisor& hypervisor() override { return pool_; }
  void wait() override {
    clock_.set(clock_.now() + seconds(10));
    const auto asked = *directives_->open_ones(clock_.now());
    for (const Directive& d : asked) (void)directives_->answer(d.vm_uuid, d.id, DirectiveState::kDone, "");
  }
  int patience() const override { return 90; }
  VmId vm() const override { return kVm; }
  HostId elsewhere() const override { return HostId(1); }
  HostId idle_host() const override { return HostId(2); }
  Resources other(const Vm& vm) const override {
    Resources r = vm.allocation;
    for (Resource which : kAllResources) r[which] += r[which] / 2;
    return r;
  }

 private:
  Folder folder_;
  ManualClock clock_{kStart};
  testing::FakeHypervisor fake_{named_fleet(), clock_, {.resize = seconds(30)}};
  AgentBoard board_;
  std::unique_ptr<DirectiveBook> directives_ = *DirectiveBook::open((folder_ / "directives.db").string());
  GuestPool pool_{{fake_, board_, *directives_, clock_}};
};

}  // namespace

namespace testing {

const auto kGuests = ::testing::Values(ContractCase{"GuestPool", [] { return std::make_unique<GuestRig>(); }});
INSTANTIATE_TEST_SUITE_P(Guests, PortContract, kGuests, contract_name);
INSTANTIATE_TEST_SUITE_P(Guests, ResizeContract, kGuests, contract_name);
INSTANTIATE_TEST_SUITE_P(Guests, MoveContract, kGuests, contract_name);
INSTANTIATE_TEST_SUITE_P(Guests, PowerContract, kGuests, contract_name);

}  // namespace testing
}  // namespace headroom
