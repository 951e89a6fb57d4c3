// The parts of the ingest by themselves.
#include <gtest/gtest.h>

#include "../src/bucket.h"
#include "../src/clock_map.h"
#include "../src/intake.h"
#include "../src/quiet_log.h"
#include "../src/sample_of.h"
#include "headroom/history/memory_history.h"
#include "headroom/ingest/testing/test_agent.h"

namespace headroom::ingest {
namespace {

using namespace testing;
using namespace wire::v1;

constexpr Instant kNow = instant_from_epoch_seconds(1'790'000'000);
constexpr Duration kS = std::chrono::seconds(1);
constexpr std::uint64_t kSecond = 1'000'000'000;
const std::string kVm = "6f1c2d3e-0000-4000-8000-00000000000a";

TEST(ClockMap, TakesTheLeastDelayThatItHeard) {
  ClockMap map;
  map.hear(100 * kSecond, kNow + Duration(300));
  map.hear(101 * kSecond, kNow + kS + Duration(20));
  map.hear(102 * kSecond, kNow + 2 * kS + Duration(900));
  EXPECT_EQ(map.at(102 * kSecond), kNow + 2 * kS + Duration(20));
}

TEST(ClockMap, FollowsAGuestThatWasSuspendedWithinTwoWindows) {
  ClockMap map;
  for (int i = 0; i < 300; ++i) {
    const auto stood_still = i >= 100 ? 30 * kS : Duration(0);   // its clock did not count it
    map.hear((100 + static_cast<std::uint64_t>(i)) * kSecond, kNow + i * kS + stood_still);
  }
  EXPECT_EQ(map.at(399 * kSecond), kNow + 299 * kS + 30 * kS);
}

TEST(ClockMap, AClockThatWasSetForwardCountsAtOnce) {
  ClockMap map;
  map.hear(100 * kSecond, kNow);
  map.hear(200 * kSecond, kNow + kS);
  EXPECT_EQ(map.at(200 * kSecond), kNow + kS);
}

TEST(Bucket, LetsABurstThroughAndThenItsRate) {
  Bucket b(2, 10, kNow);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(b.take(kNow));
  EXPECT_FALSE(b.take(kNow));
  EXPECT_FALSE(b.any(kNow + Duration(400)));
  EXPECT_TRUE(b.take(kNow + Duration(500)));
  EXPECT_FALSE(b.any(kNow - 100 * kS)) << "a clock that is set back fills nothing";
}

TEST(Intake, PlacesSamplesOneAfterTheOtherAndNeverAhead) {
  AgentRun run;
  run.last_at = kNow;
  EXPECT_EQ(Intake::place(run, kNow - kS, kNow + kS), kNow + Duration(1));
  EXPECT_EQ(Intake::place(run, kNow + 100 * kS, kNow + kS), kNow + kS);
  run.last_at = kNow - std::chrono::hours(400);
  EXPECT_EQ(Intake::place(run, kNow - std::chrono::hours(300), kNow), kNow - std::chrono::hours(24)) << "no agent may write what is long past";
  run.last_at = kNow + std::chrono::hours(3);
  EXPECT_EQ(Intake::place(run, kNow - kS, kNow), kNow - kS) << "our own clock was wrong then";
}

TEST(Intake, ForgetsARunWhenItsConnectionIsOverAndNothingWaits) {
  const auto store = make_memory_history();
  Intake intake(*store, 10);
  auto run = *intake.resume(kVm, id_of('r'));
  intake.take(run, 1, Sample{kNow, {1, 2, 3, 4}, {}, true});
  const std::weak_ptr<AgentRun> watch = run;
  intake.leave(std::move(run));
  EXPECT_FALSE(watch.expired()) << "its report waits";
  ASSERT_TRUE(intake.commit());
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ((*intake.resume(kVm, id_of('r')))->durable, 1u);
  EXPECT_EQ((*intake.resume(kVm, id_of('s')))->durable, 0u);
}

TEST(Intake, IsFullWithAsManyReportsAsMayWait) {
  const auto store = make_memory_history();
  Intake intake(*store, 2);
  const auto run = *intake.resume(kVm, id_of('r'));
  intake.take(run, 1, Sample{kNow, {}, {}, true});
  EXPECT_FALSE(intake.full());
  intake.take(run, 2, Sample{kNow + kS, {}, {}, true});
  EXPECT_TRUE(intake.full());
  ASSERT_TRUE(intake.commit());
  EXPECT_FALSE(intake.full());
}

TEST(SampleOf, TellsWhatHeldTheGuestBack) {
  auto message = report_of(1, kSecond);
  Report& r = *message.mutable_report();
  r.set_mean(METRIC_VCPUS_ONLINE, 2);
  r.set_mean(METRIC_STEAL_MCORES, 500);
  r.set_mean(METRIC_CPU_PRESSURE, 400);
  r.set_mean(METRIC_MEMORY_STALL, 50);
  auto s = *sample_of(r, kNow, Bytes());
  EXPECT_FLOAT_EQ(s.stalled[index(Resource::kCpu)], 0.25F);
  EXPECT_EQ(s.stalled[index(Resource::kMemory)], 0) << "half a percent is nothing";
  r.set_mean(METRIC_CPU_PRESSURE, 6000);
  r.set_mean(METRIC_SWAP_IN_KIB_PER_S, 4);
  s = *sample_of(r, kNow, Bytes());
  EXPECT_FLOAT_EQ(s.stalled[index(Resource::kCpu)], 0.6F);
  EXPECT_EQ(s.stalled[index(Resource::kMemory)], 1);
}

TEST(SampleOf, DoesNotCountABalloonAmongWhatIsUsed) {
  auto message = report_of(1, kSecond);   // 4 GiB in all, 1 GiB available
  const Report& r = message.report();
  EXPECT_EQ(sample_of(r, kNow, Bytes(std::int64_t{4} << 30))->used[index(Resource::kMemory)], 3.0 * (1 << 30));
  EXPECT_EQ(sample_of(r, kNow, Bytes(std::int64_t{3} << 30))->used[index(Resource::kMemory)], 2.0 * (1 << 30)) << "the balloon holds one";
}

TEST(QuietLog, SaysHowManyLinesItLeftOut) {
  std::vector<std::string> lines;
  QuietLog log([&](const std::string& line) { lines.push_back(line); }, kNow);
  for (int i = 0; i < 100; ++i) log.say("10.0.0.7", "no", kNow);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "agent at 10.0.0.7: no");
  log.say("10.0.0.8", "neither", kNow + kS);
  EXPECT_EQ(lines[3], "agent at 10.0.0.8: neither (97 more of agents were left out)");
}

}  // namespace
}  // namespace headroom::ingest
