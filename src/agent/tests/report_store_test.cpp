#include "../src/report_store.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "../src/backoff.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

Sample sample_of(std::int64_t cpu, std::int64_t span_ms = 1000) {
  static std::int64_t at = 0;
  Sample sample;
  sample.boottime_ns = at += span_ms * 1'000'000;
  sample.span_ms = span_ms;
  sample.values.fill(kUnknown);
  sample.values[METRIC_CPU_MCORES] = cpu;
  sample.values[METRIC_OOM_KILLS] = 1;
  return sample;
}

std::vector<Report> all_unsent(ReportStore& store) {
  std::vector<Report> reports;
  while (const Report* report = store.next_to_send()) reports.push_back(*report);
  return reports;
}

TEST(Reports, AreNumberedFromOneAndForgottenOnceAcknowledged) {
  ReportStore store(16);
  for (int i = 0; i < 5; ++i) store.add(sample_of(i));
  const auto sent = all_unsent(store);
  ASSERT_EQ(sent.size(), 5u);
  EXPECT_EQ(sent[0].sequence(), 1u);
  EXPECT_EQ(sent[4].sequence(), 5u);
  store.acknowledge(3);
  EXPECT_EQ(store.size(), 2u);
  store.acknowledge(3);
  store.acknowledge(99);
  EXPECT_EQ(store.size(), 0u);
}

TEST(Reports, ThatWereNotAcknowledgedGoOutAgainUnchangedAfterTheConnectionWasLost) {
  ReportStore store(16);
  for (int i = 0; i < 6; ++i) store.add(sample_of(i));
  const auto before = all_unsent(store);
  store.acknowledge(2);
  store.rewind();
  const auto again = all_unsent(store);
  ASSERT_EQ(again.size(), 4u);
  for (std::size_t i = 0; i < again.size(); ++i) EXPECT_EQ(again[i].SerializeAsString(), before[i + 2].SerializeAsString());
}

TEST(Reports, BeyondTheBoundAreRolledUpTheOldestFirstAndNoneIsLost) {
  ReportStore store(16);
  for (int i = 0; i < 1000; ++i) store.add(sample_of(i));
  EXPECT_EQ(store.size(), 16u);
  std::uint64_t samples = 0, span = 0, last = 0, before = UINT64_MAX;
  std::int64_t kills = 0;
  for (int round = 0; round < 4; ++round) {
    for (const Report& report : all_unsent(store)) {
      samples += report.samples();
      span += report.span_ms();
      kills += report.mean(METRIC_OOM_KILLS);
      EXPECT_GT(report.sequence(), last);
      EXPECT_LE(report.samples(), 2 * before);  // what is newer is not coarser by much
      last = report.sequence();
      before = report.samples();
    }
    store.acknowledge(last);
  }
  EXPECT_EQ(samples, 1000u);
  EXPECT_EQ(span, 1'000'000u);
  EXPECT_EQ(kills, 1000);
  EXPECT_EQ(last, 1000u);
}

TEST(Reports, ThatWereSentAreNotRolledUpSinceTheManagerMayHaveThem) {
  ReportStore store(16);
  for (int i = 0; i < 12; ++i) store.add(sample_of(i));
  const auto sent = all_unsent(store);
  EXPECT_EQ(sent.size(), 8u);  // half of the room; the rest waits
  for (int i = 0; i < 100; ++i) store.add(sample_of(i));
  store.rewind();
  const auto again = all_unsent(store);
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(again[i].SerializeAsString(), sent[i].SerializeAsString());
}

TEST(Reports, RolledUpTellMeanBySpanLeastAndMost) {
  ReportStore store(16);
  store.add(sample_of(100, 1000));
  store.add(sample_of(400, 2000));
  store.add(sample_of(kUnknown, 1000));
  const auto three = all_unsent(store);
  const Report both = rolled_up(three[0], three[1]), all = rolled_up(both, three[2]);
  EXPECT_EQ(both.mean(METRIC_CPU_MCORES), 300);
  EXPECT_EQ(both.least(METRIC_CPU_MCORES), 100);
  EXPECT_EQ(both.most(METRIC_CPU_MCORES), 400);
  EXPECT_EQ(both.samples(), 2u);
  EXPECT_EQ(both.span_ms(), 3000u);
  EXPECT_EQ(all.mean(METRIC_CPU_MCORES), 300);
  EXPECT_EQ(all.least(METRIC_CPU_MCORES), 100);
  EXPECT_EQ(all.sequence(), three[2].sequence());
  EXPECT_EQ(all.mean(METRIC_STEAL_MCORES), kUnknown);
}

TEST(Reports, OfAVmPutBackToASnapshotAreNumberedAnew) {
  ReportStore store(16);
  for (int i = 0; i < 5; ++i) store.add(sample_of(i));
  all_unsent(store);
  store.acknowledge(3);
  store.begin_new_run();
  const auto sent = all_unsent(store);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].sequence(), 1u);
  EXPECT_EQ(store.last_sequence(), 2u);
}

TEST(Backoff, DoublesWithChanceUpToItsBoundAndBeginsAnewWhenReset) {
  using std::chrono::milliseconds;
  Backoff backoff(milliseconds(500), milliseconds(60'000), 7);
  milliseconds all(500);
  for (int i = 0; i < 12; ++i) {
    const milliseconds wait = backoff.next();
    EXPECT_GE(wait, all / 2);
    EXPECT_LE(wait, all);
    all = std::min(all * 2, milliseconds(60'000));
  }
  backoff.reset();
  EXPECT_LE(backoff.next(), milliseconds(500));
  backoff.at_least(milliseconds(15'000));
  EXPECT_GE(backoff.next(), milliseconds(7'500));
}

}  // namespace
}  // namespace headroom::agent
