#include "headroom/trace/fleet.h"

#include <gtest/gtest.h>

#include <cmath>

#include "../src/cores.h"
#include "trace_files.h"

namespace headroom {
namespace {

float demand(const VmTrace& vm, Resource r, std::size_t slot) {
  return vm.demand[index(r)].at(slot);
}

Fleet read_or_fail(const std::vector<std::filesystem::path>& paths) {
  auto fleet = read_fleet(paths);
  EXPECT_TRUE(fleet.has_value()) << fleet.error().message;
  return fleet ? std::move(*fleet) : Fleet{};
}

TEST(Fleet, ReadsTheCuratedFormInBaseUnits) {
  TraceFiles files;
  files.write_gz("vm_007.csv.gz",
                 kCuratedHeader + "1372629804,5852,150,8218624,1034593,160.5,21.5,0.25,1.5\n");
  const Fleet fleet = read_or_fail({files.root()});
  ASSERT_EQ(fleet.vms.size(), 1u);
  const VmTrace& vm = fleet.vms[0];
  EXPECT_EQ(vm.name, "vm_007");
  EXPECT_EQ(vm.cores, 2);
  EXPECT_DOUBLE_EQ(vm.core_mhz, 2926);
  EXPECT_EQ(vm.start, instant_from_epoch_seconds(1372629600));
  EXPECT_FLOAT_EQ(demand(vm, Resource::kCpu, 0), 3000);
  EXPECT_FLOAT_EQ(demand(vm, Resource::kMemory, 0), 1034593.0 * 1024);
  EXPECT_FLOAT_EQ(demand(vm, Resource::kDisk, 0), 182'000);
  EXPECT_FLOAT_EQ(demand(vm, Resource::kNetwork, 0), 1750);
  EXPECT_FLOAT_EQ(vm.memory_provision.at(0), 8218624.0 * 1024);
}

TEST(Fleet, ReadsTheGwaFormAsPublishedWithTabsAndCarriageReturns) {
  TraceFiles files;
  std::string header = kGwaHeader;
  header.insert(header.size() - 1, "\r");
  const auto path = files.write(
      "1.csv", header + "1372629804;\t4;\t11704;\t5852;\t50;\t67108864;\t6129274.4;\t0;\t1;\t2;\t3\r\n");
  const Fleet fleet = read_or_fail({path});
  ASSERT_EQ(fleet.vms.size(), 1u);
  EXPECT_EQ(fleet.vms[0].name, "1");
  EXPECT_EQ(fleet.vms[0].cores, 4);
  EXPECT_FLOAT_EQ(demand(fleet.vms[0], Resource::kCpu, 0), 2000);
  EXPECT_FLOAT_EQ(demand(fleet.vms[0], Resource::kNetwork, 0), 5000);
}

TEST(Fleet, PutsUnsortedRowsOnTheGridAndLetsTheLastSampleOfASlotWin) {
  TraceFiles files;
  const auto path = files.write("a.csv", kCuratedHeader +
                                             "1200,2400,30,1024,1,0,0,0,0\n"
                                             "300,2400,10,1024,1,0,0,0,0\n"
                                             "599,2400,20,1024,1,0,0,0,0\n");
  const Fleet fleet = read_or_fail({path});
  ASSERT_EQ(fleet.vms[0].slots(), 4u);
  EXPECT_EQ(fleet.vms[0].start, instant_from_epoch_seconds(300));
  EXPECT_FLOAT_EQ(demand(fleet.vms[0], Resource::kCpu, 0), 200);
  EXPECT_TRUE(std::isnan(demand(fleet.vms[0], Resource::kCpu, 1)));
  EXPECT_TRUE(std::isnan(fleet.vms[0].memory_provision[2]));
  EXPECT_FLOAT_EQ(demand(fleet.vms[0], Resource::kCpu, 3), 300);
}

TEST(Fleet, TakesARowWithoutProvisionForAGapAndKeepsTheEarlierSampleOfItsSlot) {
  TraceFiles files;
  const auto path = files.write("a.csv", kCuratedHeader +
                                             "0,2400,10,1024,1,0,0,0,0\n"
                                             "1,0,20,1024,1,0,0,0,0\n"
                                             "300,2400,20,0,1,0,0,0,0\n");
  const Fleet fleet = read_or_fail({path});
  EXPECT_FLOAT_EQ(demand(fleet.vms[0], Resource::kCpu, 0), 100);
  EXPECT_TRUE(std::isnan(demand(fleet.vms[0], Resource::kCpu, 1)));
}

TEST(Fleet, KeepsUsageAboveTheProvision) {
  TraceFiles files;
  const auto path =
      files.write("a.csv", kCuratedHeader + "0,2400,107,1024,2048,0,0,0,0\n300,2400,1,4096,2048,0,0,0,0\n");
  const Fleet fleet = read_or_fail({path});
  EXPECT_FLOAT_EQ(demand(fleet.vms[0], Resource::kCpu, 0), 1070);
  EXPECT_FLOAT_EQ(demand(fleet.vms[0], Resource::kMemory, 0), 2 << 20);
  EXPECT_FLOAT_EQ(fleet.vms[0].memory_provision[1], 4 << 20);
}

TEST(Fleet, JoinsTheMonthsOfOneVmGivenAsSeveralPathsInAnyOrder) {
  TraceFiles files;
  files.write("august/vm_1.csv", kCuratedHeader + "900,2400,30,1024,1,0,0,0,0\n");
  files.write("july/vm_1.csv", kCuratedHeader + "0,2400,10,1024,1,0,0,0,0\n300,2400,20,1024,1,0,0,0,0\n");
  files.write("july/deep/vm_2.csv", kCuratedHeader + "0,2400,10,1024,1,0,0,0,0\n");
  const Fleet fleet = read_or_fail({files.root() / "august", files.root() / "july"});
  ASSERT_EQ(fleet.vms.size(), 2u);
  EXPECT_EQ(fleet.vms[0].name, "deep/vm_2");
  EXPECT_EQ(fleet.vms[1].name, "vm_1");
  ASSERT_EQ(fleet.vms[1].slots(), 4u);
  EXPECT_FLOAT_EQ(demand(fleet.vms[1], Resource::kCpu, 1), 200);
  EXPECT_TRUE(std::isnan(demand(fleet.vms[1], Resource::kCpu, 2)));
  EXPECT_FLOAT_EQ(demand(fleet.vms[1], Resource::kCpu, 3), 300);
}

TEST(Fleet, ReadsAWideTableOfCpuAsPercentOfOneCore) {
  TraceFiles files;
  const auto path = files.write_gz("20110303.csv.gz", "vm,s0,s1,s2\nb,1,,250\na,0,10,20\n");
  const Fleet fleet = read_or_fail({path});
  ASSERT_EQ(fleet.vms.size(), 2u);
  EXPECT_EQ(fleet.vms[0].name, "20110303/a");
  EXPECT_EQ(fleet.vms[1].start, instant_from_epoch_seconds(0));
  EXPECT_TRUE(std::isnan(demand(fleet.vms[1], Resource::kCpu, 1)));
  EXPECT_FLOAT_EQ(demand(fleet.vms[1], Resource::kCpu, 2), 2500);
  EXPECT_TRUE(fleet.vms[0].demand[index(Resource::kMemory)].empty());
  EXPECT_TRUE(fleet.vms[0].memory_provision.empty());
}

TEST(Fleet, JoinsCpuAndMemoryTablesThatHoldTheSameVms) {
  TraceFiles files;
  files.write("cpu_pct.csv", "vm,s0,s1\na,1,2\nb,3,4\n");
  files.write("mem_pct.csv", "vm,s0,s1\nb,25,50\na,100,215\n");
  const Fleet fleet = read_or_fail({files.root()});
  ASSERT_EQ(fleet.vms.size(), 2u);
  EXPECT_EQ(fleet.vms[0].name, "cpu_pct/a");
  EXPECT_EQ(fleet.vms[0].memory_name, "mem_pct/a");
  EXPECT_FLOAT_EQ(demand(fleet.vms[1], Resource::kCpu, 1), 40);
  EXPECT_FLOAT_EQ(demand(fleet.vms[1], Resource::kMemory, 0), 1 << 30);
  EXPECT_FLOAT_EQ(fleet.vms[1].memory_provision[0], 4.0 * (1 << 30));
}

TEST(Fleet, KeepsAMemoryTableApartWhenItsVmsAreOthers) {
  TraceFiles files;
  files.write("cpu_pct.csv", "vm,s0\na,1\n");
  files.write("mem_pct.csv", "vm,s0\nb,25\n");
  const Fleet fleet = read_or_fail({files.root()});
  ASSERT_EQ(fleet.vms.size(), 2u);
  EXPECT_EQ(fleet.vms[1].name, "mem_pct/b");
  EXPECT_EQ(fleet.vms[1].slots(), 1u);
  EXPECT_TRUE(fleet.vms[1].demand[index(Resource::kCpu)].empty());
}

TEST(Fleet, TakesCoresFromTheMetaFileBesideOrOneDirectoryUp) {
  TraceFiles files;
  files.write("meta.csv", "vm,cores,stratum\n9,3,busy\n10,4,idle\n");
  files.write("vms/vm_009.csv", kCuratedHeader + "0,2400,50,1024,1,0,0,0,0\n");
  files.write("vms/vm_010.csv", kCuratedHeader + "0,2400,50,1024,1,0,0,0,0\n");
  files.write("vms/vm_011.csv", kCuratedHeader + "0,2400,50,1024,1,0,0,0,0\n");
  const Fleet fleet = read_or_fail({files.root() / "vms"});
  EXPECT_EQ(fleet.vms[0].cores, 3);
  EXPECT_DOUBLE_EQ(fleet.vms[0].core_mhz, 800);
  EXPECT_FLOAT_EQ(demand(fleet.vms[0], Resource::kCpu, 0), 1500);
  EXPECT_EQ(fleet.vms[1].cores, 4);
  EXPECT_EQ(fleet.vms[2].cores, 1);
}

TEST(Fleet, GuessesCoresFromTheClocksOfTheArchive) {
  EXPECT_EQ(trace::cores_from_mhz(2926), 1);
  EXPECT_EQ(trace::cores_from_mhz(5852), 2);
  EXPECT_EQ(trace::cores_from_mhz(10400), 4);
  EXPECT_EQ(trace::cores_from_mhz(100), 1);
}

TEST(Fleet, SkipsWhatIsNoTraceInADirectory) {
  TraceFiles files;
  files.write("README.md", "text");
  files.write(".hidden.csv", "text");
  files.write("a.csv", "vm,s0\na,1\n");
  EXPECT_EQ(read_or_fail({files.root()}).vms.size(), 1u);
}

TEST(Fleet, DoesNotFollowALoopOfDirectories) {
  TraceFiles files;
  files.write("in/a.csv", "vm,s0\na,1\n");
  std::filesystem::create_directory_symlink("..", files.root() / "in/again");
  EXPECT_EQ(read_or_fail({files.root()}).vms.size(), 1u);
}

TEST(Fleet, ReadsAGzipOfSeveralMembers) {
  TraceFiles files;
  const auto path = files.write("a.csv.gz", TraceFiles::gzip("vm,s0\na,1\n") + TraceFiles::gzip("b,2\n"));
  EXPECT_EQ(read_or_fail({path}).vms.size(), 2u);
}

}  // namespace
}  // namespace headroom
