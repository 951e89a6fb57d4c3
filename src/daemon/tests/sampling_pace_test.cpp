// How often agents are asked to report, by what becomes of their VMs.
#include "headroom/daemon/sampling_pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/hypervisor/testing/fake_hypervisor.h"
#include "support/folder.h"

namespace headroom {
namespace {

using ingest::AgentState;
using ingest::Directive;
using ingest::DirectiveState;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'400);

class Pace : public ::testing::Test {
 protected:
  Pace() {
    const Inventory fleet = testing::small_fleet(1, 3, kStart);
    snapshot.hosts = fleet.hosts;
    snapshot.vms = fleet.vms;
    for (Vm& vm : snapshot.vms) {
      vm.uuid = "vm-" + std::to_string(vm.id.value());
      use(vm, 0.7);
      board.change(vm.uuid, [&](AgentState& a) {
        a.connected = true;
        a.interval = rule.usual;
      });
    }
  }
  // Shares of what it has, of CPU and of memory.
  static void use(Vm& vm, double share) {
    for (Resource r : {Resource::kCpu, Resource::kMemory}) vm.used[index(r)] = share * static_cast<double>(vm.allocation[r]);
  }
  // The intervals that are asked for after a round so long after the start, each said done at once unless somebody is deaf.
  std::vector<std::pair<std::string, Duration>> round(Duration at, bool deaf = false) {
    EXPECT_TRUE(pace.after_round(snapshot, kStart + at));
    std::vector<std::pair<std::string, Duration>> asked;
    const auto open = *directives->open_ones(kStart + at);
    for (const Directive& d : open) {
      EXPECT_EQ(d.kind, ingest::DirectiveKind::kSampling);
      asked.emplace_back(d.vm_uuid, d.interval);
      if (deaf) continue;
      EXPECT_TRUE(*directives->answer(d.vm_uuid, d.id, DirectiveState::kDone, ""));
      board.change(d.vm_uuid, [&](AgentState& a) { a.interval = d.interval; });
    }
    return asked;
  }
  using Asked = std::vector<std::pair<std::string, Duration>>;

  Folder folder;
  std::unique_ptr<ingest::DirectiveBook> directives = *ingest::DirectiveBook::open((folder / "directives.db").string());
  ingest::AgentBoard board;
  SamplingRule rule{seconds(2), seconds(10), seconds(30)};
  int wakes = 0;
  SamplingPace pace{rule, board, *directives, [this] { ++wakes; }};
  Snapshot snapshot;
};

TEST_F(Pace, IsOftenerAtOnceForWhoIsNearALimitAndTellsOnce) {
  EXPECT_EQ(round(seconds(0)), Asked{});
  use(snapshot.vms[1], 0.95);
  EXPECT_EQ(round(seconds(60)), (Asked{{"vm-1", seconds(2)}}));
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(round(seconds(120)), Asked{});
}

TEST_F(Pace, IsMoreSeldomOnlyWhenNothingHasCalledForOftenerForAWhile) {
  snapshot.vms[0].action_in_flight = true;
  EXPECT_EQ(round(minutes(0)), (Asked{{"vm-0", seconds(2)}}));
  snapshot.vms[0].action_in_flight = false;
  EXPECT_EQ(round(minutes(1)), Asked{});
  snapshot.vms[0].stalled[index(Resource::kMemory)] = 0.2F;
  EXPECT_EQ(round(minutes(4)), Asked{}) << "it begins to count anew";
  snapshot.vms[0].stalled = {};
  EXPECT_EQ(round(minutes(5)), Asked{});
  EXPECT_EQ(round(minutes(9)), Asked{});
  EXPECT_EQ(round(minutes(10)), (Asked{{"vm-0", seconds(10)}}));
  for (Vm& vm : snapshot.vms) use(vm, 0.3);
  EXPECT_EQ(round(minutes(11)), Asked{});
  EXPECT_EQ(round(minutes(16)).size(), 3u) << "all are calm";
  EXPECT_EQ(board.find("vm-2")->interval, seconds(30));
}

TEST_F(Pace, GoesByTheForecastOnceThatHasLearnt) {
  Vm& vm = snapshot.vms[2];
  for (Resource r : kAllResources) vm.forecast.outlook[index(r)].assign(2, {Band::certain(0), Band::certain(0)});
  vm.forecast.outlook[index(Resource::kCpu)][0].peak = Band::certain(0.92 * static_cast<double>(vm.allocation.cpu().count()));
  vm.forecast.state = ForecastState::kLearning;
  EXPECT_EQ(nearness_of(vm), Nearness::kUsual);
  vm.forecast.state = ForecastState::kReady;
  EXPECT_EQ(nearness_of(vm), Nearness::kNear);
  EXPECT_EQ(round(minutes(0)), (Asked{{"vm-2", seconds(2)}}));
}

TEST_F(Pace, AsksAgainWhoHasNotAnsweredWhenTheTimeForThatIsOver) {
  use(snapshot.vms[0], 1);
  EXPECT_EQ(round(seconds(0), true).size(), 1u);
  EXPECT_EQ(round(seconds(30), true).size(), 1u) << "the same one, still open";
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(round(seconds(61)).size(), 1u);
  EXPECT_EQ(wakes, 2);
}

TEST_F(Pace, AsksNobodyWhoIsNotThere) {
  use(snapshot.vms[0], 1);
  board.change("vm-0", [](AgentState& a) { a.connected = false; });
  EXPECT_EQ(round(seconds(0)), Asked{});
  board.change("vm-0", [](AgentState& a) { a.connected = true; });
  EXPECT_EQ(round(seconds(60)).size(), 1u);
}

}  // namespace
}  // namespace headroom
