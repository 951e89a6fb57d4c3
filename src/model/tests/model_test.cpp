#include <gtest/gtest.h>

#include <set>

#include "headroom/model/snapshot.h"

namespace headroom {
namespace {

TEST(Resources, FitOnlyWhenEveryAmountFits) {
  const Resources room(4_cores, 8_GiB, 100_MBps, 100_MBps);
  EXPECT_TRUE(Resources(4_cores, 8_GiB).fits_in(room));
  EXPECT_FALSE(Resources(1_cores, 9_GiB).fits_in(room));
  EXPECT_EQ(room + room - room, room);
}

TEST(Resources, AreWrittenForPeople) {
  EXPECT_EQ(to_text(Resource::kCpu, 1500), "1.5 cores");
  EXPECT_EQ(to_text(Resource::kMemory, 2.25 * 1024 * 1024 * 1024), "2.25 GiB");
  EXPECT_EQ(to_text(Resource::kDisk, 3.1e6), "3.1 MB/s");
  EXPECT_EQ(to_text(Resource::kNetwork, 2.5e9), "2500 MB/s");
  for (Resource r : kAllResources) EXPECT_EQ(parse_resource(name(r)), r);
  EXPECT_FALSE(parse_resource("gpu").has_value());
}

TEST(Host, GivesOutItsOvercommitButNeverItsReserve) {
  Host host;
  host.physical = Resources(16_cores, 64_GiB);
  host.reserve = Resources(2_cores, 4_GiB);
  host.overcommit = {1.5, 1, 1, 1};
  EXPECT_EQ(host.admissible().cpu(), 21_cores);
  EXPECT_EQ(host.admissible().memory(), 60_GiB);
  EXPECT_EQ(host.deliverable().cpu(), 14_cores);
}

TEST(Names, OnceInOrderAreComparedInOnePass) {
  Names names{"b", "a", "b"};
  normalise(names);
  EXPECT_EQ(names, (Names{"a", "b"}));
  EXPECT_TRUE(has(names, "b"));
  EXPECT_FALSE(has(names, "c"));
  EXPECT_TRUE(has_all(names, {}));
  EXPECT_TRUE(has_all(names, {"a"}));
  EXPECT_FALSE(has_all(names, {"a", "c"}));
  Names many;
  for (int i = 0; i < 400; ++i) many.push_back(std::to_string(i));
  normalise(many);
  EXPECT_EQ(many.size(), kMostNames);
}

TEST(Constraint, HasAWordForEachKind) {
  std::set<std::string_view> words;
  for (std::size_t k = 0; k < kConstraintKindCount; ++k) words.insert(name(static_cast<ConstraintKind>(k)));
  EXPECT_EQ(words.size(), kConstraintKindCount);
  EXPECT_FALSE(words.contains(""));
}

TEST(Vm, ThatNobodyDescribedIsImmovableAndNeverScaled) {
  const Vm vm;
  EXPECT_EQ(vm.mobility, Mobility::kImmovable);
  for (Resource r : kAllResources) EXPECT_EQ(vm.scaling[index(r)], Scaling::kNever);
  EXPECT_EQ(vm.level, AutomationLevel::kRecommend);
}

TEST(Snapshot, FindsHostsAndVmsByIdOrSaysThereIsNone) {
  Snapshot s;
  s.hosts.resize(2);
  s.hosts[0].id = HostId(3);
  s.hosts[1].id = HostId(9);
  EXPECT_EQ(s.find(HostId(9)), &s.hosts[1]);
  EXPECT_EQ(s.find(HostId(4)), nullptr);
  EXPECT_EQ(s.find(VmId(0)), nullptr);
}

TEST(Reason, IsASentenceWithTheForecastTheLimitAndTheConfidence) {
  Reason r;
  r.code = ReasonCode::kForecastOverLimit;
  r.rule = "grow-cpu";
  r.resource = Resource::kCpu;
  r.horizon = std::chrono::minutes(15);
  r.level = 0.95;
  r.demand = 3100;
  r.limit = 2500;
  r.confidence = 0.31;
  EXPECT_EQ(to_text(r),
            "cpu is forecast at 3.1 cores (95 %, within 15m), over 2.5 cores; confidence 31 % [grow-cpu]");
  r.demand = 2000;
  r.confidence = 0.004;
  EXPECT_EQ(to_text(r), "cpu is forecast at 2 cores (95 %, within 15m), and may pass its limit of 2.5 cores [grow-cpu]");
  r.code = ReasonCode::kSpareCapacity;
  EXPECT_EQ(to_text(r), "cpu is forecast at 2 cores (95 %, within 15m), well under its limit of 2.5 cores [grow-cpu]");
  r.demand = 3100;
  EXPECT_EQ(to_text(r),
            "cpu is forecast at 3.1 cores (95 %, within 15m), too rarely for its limit of 2.5 cores to be worth its price [grow-cpu]");
}

}  // namespace
}  // namespace headroom
