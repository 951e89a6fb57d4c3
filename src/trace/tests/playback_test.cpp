// A recorded VM as it would be measured where it is played.
#include "headroom/trace/playback.h"

#include <gmock/gmock.h>

#include <cmath>

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kStep = minutes(5);
const Instant kBegin = *parse_instant("2013-08-12T08:00:00Z");
const Instant kLive = *parse_instant("2026-11-26T12:00:00Z");

VmTrace trace_of(int slots) {
  VmTrace trace;
  trace.name = "vm_006";
  trace.cores = 2;
  trace.start = kBegin;
  for (int k = 0; k < slots; ++k) {
    trace.demand[0].push_back(static_cast<float>(100 * k));      // of 2000 millicores
    trace.demand[1].push_back(static_cast<float>(1 << 20) * 10);
    trace.memory_provision.push_back(static_cast<float>(1 << 20) * 40);
  }
  return trace;
}

TEST(Playback, ASlotEndsWhereItsSampleDoes) {
  const auto samples = play(trace_of(12), kStep, {}).value();
  ASSERT_EQ(samples.size(), 12U);
  EXPECT_EQ(samples.front().at, kBegin + kStep);
  EXPECT_EQ(samples.back().at, kBegin + 12 * kStep);
  EXPECT_EQ(samples[3].used, (std::array<double, kResourceCount>{300, 10 << 20, 0, 0}));
  EXPECT_TRUE(samples[3].guest_statistics);
}

TEST(Playback, IsCompressedIntoTheTimeBeforeAMoment) {
  Playback playback;
  playback.times = 30;
  playback.from = kBegin + 2 * kStep;
  playback.until = kBegin + 10 * kStep;
  playback.ends_at = kLive;
  const auto samples = play(trace_of(12), kStep, playback).value();
  ASSERT_EQ(samples.size(), 8U);
  EXPECT_EQ(samples.back().at, kLive);
  EXPECT_EQ(samples.back().used[0], 900) << "the slot that ends at `until`";
  EXPECT_EQ(samples.front().at, kLive - 7 * seconds(10));
}

TEST(Playback, AnUntilWithinASlotKeepsTheDistanceToIt) {
  Playback playback;
  playback.times = 30;
  playback.until = kBegin + 10 * kStep + minutes(2);
  playback.ends_at = kLive;
  EXPECT_EQ(play(trace_of(12), kStep, playback).value().back().at, kLive - seconds(4));
}

TEST(Playback, ScalesAmountsByFactorsOrToACap) {
  Playback playback;
  playback.factor = {0.5, 2, 1, 1};
  playback.base[1] = 5;
  auto scaled = play(trace_of(12), kStep, playback).value();
  EXPECT_EQ(scaled[4].used[0], 200);
  EXPECT_EQ(scaled[4].used[1], (20 << 20) + 5);
  playback.cpu_cap = 1000;
  playback.memory_cap = 128 << 20;
  scaled = play(trace_of(12), kStep, playback).value();
  EXPECT_EQ(scaled[4].used[0], 200) << "400 of 2000 millicores are 200 of 1000";
  EXPECT_EQ(scaled[4].used[1], (32 << 20) + 5);
}

TEST(Playback, LeavesGapsOut) {
  VmTrace trace = trace_of(12);
  trace.demand[0][3] = std::nanf("");
  trace.demand[1].resize(8);
  EXPECT_EQ(play(trace, kStep, {}).value().size(), 7U) << "one gap, and memory of 8 slots only";
}

TEST(Playback, RefusesWhatCannotBePlayed) {
  const VmTrace trace = trace_of(12);
  const auto why = [&](const VmTrace& t, const Playback& p) { return play(t, kStep, p).error().message; };
  EXPECT_EQ(why(trace, {.times = 7}), "steps of 5m cannot be played 7 times as fast; take a whole part of them, of 1s at least");
  EXPECT_EQ(why(trace, {.times = 0}), "steps of 5m cannot be played 0 times as fast; take a whole part of them, of 1s at least");
  EXPECT_EQ(why(trace, {.until = kBegin}),
            "vm_006 has no records in the time that is to be played; it reaches from 2013-08-12T08:00:00Z to 2013-08-12T09:00:00Z");
  EXPECT_EQ(why(trace, {.from = kLive, .until = kBegin}), "what is to be played ends before it begins");
  EXPECT_EQ(why(trace, {.ends_at = Instant(minutes(10))}), "what is played would begin before 1970; let it end later");
  VmTrace bare = trace;
  bare.memory_provision.clear();
  EXPECT_EQ(why(bare, {.memory_cap = 5}), "vm_006 does not say how much memory it had; give a factor");
}

}  // namespace
}  // namespace headroom
