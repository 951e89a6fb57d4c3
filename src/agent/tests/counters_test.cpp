#include "../src/counters.h"

#include <gtest/gtest.h>

#include "../src/levers.h"
#include "../src/processes.h"
#include "../src/self_limit.h"
#include "headroom/agent/testing/tree.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

constexpr std::int64_t kSecond = 1'000'000'000;

class Sampling : public testing::Test {
 protected:
  Sampling() { write_guest(tree); }
  Sample next(std::int64_t at_ns) {
    Counters now;
    reader.read(at_ns, now);
    const Sample sample = between(read ? &before : nullptr, now);
    before = now;
    read = true;
    return sample;
  }

  Tree tree;
  CounterReader reader{{tree.path("proc"), tree.path("sys")}};
  Counters before;
  bool read = false;
};

TEST_F(Sampling, TellsAtOnceWhatIsAndNoRateBeforeItsSecondLook) {
  const Sample first = next(kSecond);
  EXPECT_EQ(first.values[METRIC_CPU_MCORES], kUnknown);
  EXPECT_EQ(first.values[METRIC_DISK_READ_BYTES_PER_S], kUnknown);
  EXPECT_EQ(first.values[METRIC_VCPUS_ONLINE], 2);
  EXPECT_EQ(first.values[METRIC_MEMORY_TOTAL_KIB], 2'000'000);
  EXPECT_EQ(first.values[METRIC_MEMORY_AVAILABLE_KIB], 1'500'000);
  EXPECT_EQ(first.values[METRIC_SWAP_USED_KIB], 100'000);
  EXPECT_EQ(first.values[METRIC_CPU_PRESSURE], 125);
  EXPECT_EQ(first.values[METRIC_MEMORY_PRESSURE], 50);
  EXPECT_EQ(first.values[METRIC_MEMORY_STALL], 25);
  EXPECT_EQ(first.values[METRIC_IO_PRESSURE], 1234);
  EXPECT_EQ(first.values[METRIC_LOAD_1M], 42);
  EXPECT_EQ(first.values[METRIC_RUNNABLE], 3);
}

TEST_F(Sampling, TellsRatesOfTheSpanBetweenTwoLooks) {
  next(kSecond);
  tree.write("proc/stat", "cpu  1100 50 220 9000 120 10 30 50 0 0\ncpu0 1\ncpu1 1\n");
  tree.write("proc/vmstat", "pswpin 110\npswpout 200\noom_kill 5\n");
  tree.write("proc/diskstats", " 254 0 vda 1010 0 80400 520 2030 0 161000 4100 0 900 4500\n");
  tree.write("proc/net/dev", "  eth0: 7000 60 0 3 0 0 0 0 17000 90 0 1 0 0 0 0\n");
  const Sample sample = next(3 * kSecond);
  EXPECT_EQ(sample.span_ms, 2000);
  EXPECT_EQ(sample.values[METRIC_CPU_MCORES], 650);  // 100 + 20 + 10 ticks of 10 ms in 2 s
  EXPECT_EQ(sample.values[METRIC_IOWAIT_MCORES], 100);
  EXPECT_EQ(sample.values[METRIC_STEAL_MCORES], 100);
  EXPECT_EQ(sample.values[METRIC_SWAP_IN_KIB_PER_S], 20);
  EXPECT_EQ(sample.values[METRIC_OOM_KILLS], 2);
  EXPECT_EQ(sample.values[METRIC_DISK_READ_BYTES_PER_S], 400 * 512 / 2);
  EXPECT_EQ(sample.values[METRIC_DISK_WRITE_BYTES_PER_S], 1000 * 512 / 2);
  EXPECT_EQ(sample.values[METRIC_DISK_OPS_PER_KS], 20'000);
  EXPECT_EQ(sample.values[METRIC_DISK_LATENCY_US], 3000);  // 120 ms over 40 operations
  EXPECT_EQ(sample.values[METRIC_NET_RX_BYTES_PER_S], 1000);
  EXPECT_EQ(sample.values[METRIC_NET_TX_BYTES_PER_S], 5000);
  EXPECT_EQ(sample.values[METRIC_NET_DROPS_PER_KS], 500);
}

TEST_F(Sampling, CountsOnlyWhatADeviceStandsBehind) {
  next(kSecond);
  const Sample sample = next(2 * kSecond);
  ASSERT_EQ(sample.disks.size(), 1u);
  EXPECT_EQ(sample.disks.begin()->name.view(), "vda");
  ASSERT_EQ(sample.nics.size(), 1u);
  EXPECT_EQ(sample.nics.begin()->name.view(), "eth0");
}

TEST_F(Sampling, TakesACounterThatFellForOneThatBeganAnew) {
  next(kSecond);
  tree.write("proc/net/dev", "  eth0: 10 1 0 0 0 0 0 0 7100 1 0 1 0 0 0 0\n");
  const Sample sample = next(2 * kSecond);
  EXPECT_EQ(sample.values[METRIC_NET_RX_BYTES_PER_S], 0);
  EXPECT_EQ(sample.values[METRIC_NET_TX_BYTES_PER_S], 100);
}

TEST(SamplingWithoutFiles, SaysThatNothingIsKnown) {
  const Tree empty;
  CounterReader reader({empty.path("proc"), empty.path("sys")});
  Counters first, second;
  reader.read(kSecond, first);
  reader.read(2 * kSecond, second);
  const Sample sample = between(&first, second);
  EXPECT_EQ(sample.values[METRIC_CPU_MCORES], kUnknown);
  EXPECT_EQ(sample.values[METRIC_MEMORY_TOTAL_KIB], kUnknown);
  EXPECT_EQ(sample.values[METRIC_MEMORY_PRESSURE], kUnknown);
}

TEST_F(Sampling, OfFilesThatAreNoneOfTheKernelsGivesNumbersAndNoCrash) {
  for (const char* text : {"", "\n\n", "cpu", "cpu \xff\xfe -1 99999999999999999999999", "some avg10=x", "a:b:c: 1 2", "MemTotal: kB"}) {
    for (const char* file : {"stat", "meminfo", "vmstat", "diskstats", "net/dev", "pressure/memory", "loadavg"}) tree.write(std::string("proc/") + file, text);
    const Sample sample = next(2 * kSecond);
    for (const std::int64_t value : sample.values) EXPECT_GE(value, kUnknown) << text;
  }
}

TEST_F(Sampling, OfProcessesNamesTheBusiestSinceTheLastLook) {
  const auto stat = [](int ticks) { return "7 (a (b) c) S 1 7 7 0 -1 0 0 0 0 0 " + std::to_string(ticks) + " 0 0 0 20 0 1 0 500 1000 25 0\n"; };
  Processes processes({tree.path("proc"), tree.path("sys")});
  tree.write("proc/7/stat", stat(100));
  tree.write("proc/8/stat", "8 (idle) S 1 7 7 0 -1 0 0 0 0 0 5 0 0 0 20 0 1 0 500 1000 25 0\n");
  EXPECT_EQ(processes.look(kSecond).size(), 0u);
  tree.write("proc/7/stat", stat(150));
  const auto busiest = processes.look(2 * kSecond);
  ASSERT_EQ(busiest.size(), 1u);
  EXPECT_EQ(busiest.begin()->name.view(), "a (b) c");
  EXPECT_EQ(busiest.begin()->cpu_mcores, 500);
}

TEST(CpuList, IsReadAsTheKernelWritesItOrNotAtAll) {
  EXPECT_EQ(parse_cpu_list("0-2,5,7-8"), (std::vector<int>{0, 1, 2, 5, 7, 8}));
  for (const char* text : {"", "x", "3-1", "0-99999999", "-1", "0;1"}) EXPECT_TRUE(parse_cpu_list(text).empty()) << text;
}

TEST(SelfLimit, SamplesLessOftenWhileItTakesMoreThanAHundredthOfACore) {
  using std::chrono::milliseconds;
  SelfLimit limit;
  milliseconds now{1000}, cpu{0};
  const auto samples = [&](milliseconds each, int count) {
    for (int i = 0; i < count; ++i) limit.sampled(cpu += each, now += milliseconds(1000));
  };
  samples(milliseconds(1), 20);
  EXPECT_EQ(limit.stretched(milliseconds(1000)), milliseconds(1000));
  samples(milliseconds(30), 20);
  EXPECT_EQ(limit.stretched(milliseconds(1000)), milliseconds(4000));
  EXPECT_EQ(limit.stretched(milliseconds(60'000)), milliseconds(60'000));
  samples(milliseconds(1), 20);
  EXPECT_EQ(limit.stretched(milliseconds(1000)), milliseconds(1000));
}

}  // namespace
}  // namespace headroom::agent
