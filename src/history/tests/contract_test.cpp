// The contract of store.h, run on every adapter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "headroom/history/memory_history.h"
#include "stores.h"

namespace headroom {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum class Adapter { kMemory, kRocksDb };

class HistoryContract : public testing::TestWithParam<Adapter> {
 protected:
  HistoryContract() { open(); }
  void open() {
    store_.reset();
    if (GetParam() == Adapter::kMemory) store_ = make_memory_history();
    if (GetParam() == Adapter::kRocksDb) store_ = open_or_fail(directory_.path());
  }
  void append(std::int64_t seconds, double cpu = 100, std::string_view vm = "vm") {
    append_one(*store_, vm, sample_at(seconds, cpu));
  }
  void append_series(std::int64_t first, std::int64_t end, std::string_view vm = "vm") {
    std::vector<HistorySample> samples;
    for (std::int64_t t = first; t < end; t += 10) samples.push_back({vm, sample_at(t)});
    const auto ok = store_->append(samples);
    ASSERT_TRUE(ok.has_value()) << ok.error().message;
  }
  std::vector<std::int64_t> times(std::string_view vm = "vm") {
    std::vector<std::int64_t> out;
    for (const Sample& s : all_of(*store_, vm)) out.push_back(epoch_seconds(s.at));
    return out;
  }

  Folder directory_;
  std::unique_ptr<HistoryStore> store_;
};

TEST_P(HistoryContract, GivesBackWhatWasAppended) {
  append(1000, 12.3456);
  const auto samples = all_of(*store_, "vm");
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_NEAR(samples[0].used[0], 12.3456, 0.0005);
  EXPECT_DOUBLE_EQ(samples[0].used[2], 1500.5);
  EXPECT_FLOAT_EQ(samples[0].stalled[0], 0.25F);
  EXPECT_TRUE(samples[0].guest_statistics);
}

TEST_P(HistoryContract, KeepsTheNewestMarkOfAVmBesideItsSamples) {
  EXPECT_EQ(*store_->mark("vm"), "");
  const HistorySample one{"vm", sample_at(1000)};
  const std::vector<HistoryMark> first{{"vm", "a"}, {"other", "b"}}, second{{"vm", std::string_view("c\0d", 3)}};
  ASSERT_TRUE(store_->append({&one, 1}, first));
  ASSERT_TRUE(store_->append({}, second));
  if (GetParam() == Adapter::kRocksDb) open();
  EXPECT_EQ(*store_->mark("vm"), std::string("c\0d", 3));
  EXPECT_EQ(*store_->mark("other"), "b");
  EXPECT_EQ(*store_->vms(), std::vector<std::string>{"vm"});
  EXPECT_EQ(all_of(*store_, "vm").size(), 1u);
}

TEST_P(HistoryContract, RefusesAMarkThatIsTooLongWithAllThatCameWithIt) {
  const HistorySample one{"vm", sample_at(1000)};
  const std::string lots(256, 'x');
  const std::vector<HistoryMark> marks{{"vm", lots}};
  EXPECT_EQ(store_->append({&one, 1}, marks).error().message,
            "history: the mark of VM 'vm' has 256 bytes; a UUID has 1 to 255, and a mark up to 255");
  EXPECT_TRUE(all_of(*store_, "vm").empty());
}

TEST_P(HistoryContract, ForgetsAMarkWithTheLastOfItsVmsSamples) {
  const HistorySample one{"vm", sample_at(1000)};
  const std::vector<HistoryMark> marks{{"vm", "a"}};
  ASSERT_TRUE(store_->append({&one, 1}, marks));
  ASSERT_TRUE(store_->drop_before(instant_from_epoch_seconds(2000)));
  EXPECT_EQ(*store_->mark("vm"), "");
}

TEST_P(HistoryContract, KnowsNothingOfAVmItNeverMet) {
  EXPECT_TRUE(all_of(*store_, "nobody").empty());
  EXPECT_TRUE(store_->vms()->empty());
  EXPECT_TRUE(store_->append({}).has_value());
}

TEST_P(HistoryContract, TakesGapsLateUnorderedAndRepeatedSamplesAndTheLastGivenWins) {
  std::map<std::int64_t, double> truth;
  std::mt19937 random(42);
  std::vector<HistorySample> batch;
  for (int i = 0; i < 3000; ++i) {
    const std::int64_t t =
        10 * (i / 2) + static_cast<std::int64_t>(random() % 40) * (random() % 30 == 0 ? 200 : 1);
    truth[t] = i;
    batch.push_back({"vm", sample_at(t, i)});
    if (batch.size() < 1 + random() % 20) continue;
    ASSERT_TRUE(store_->append(batch).has_value());
    batch.clear();
  }
  ASSERT_TRUE(store_->append(batch).has_value());
  for (int pass = 0; pass < 2; ++pass) {
    std::map<std::int64_t, double> got;
    for (const Sample& s : all_of(*store_, "vm")) got[epoch_seconds(s.at)] = s.used[0];
    EXPECT_EQ(got, truth);
    if (GetParam() == Adapter::kMemory) break;
    open();  // and again from disk
  }
}

TEST_P(HistoryContract, MergesLateSamplesIntoWhatIsLongStored) {
  append_series(10'000, 20'000);
  for (std::int64_t t = 0; t < 20'000; t += 100) append(t + 5, 7);
  append(15'000, 9);
  EXPECT_EQ(times().size(), 1200u);
  EXPECT_DOUBLE_EQ(store_->read("vm", instant_from_epoch_seconds(15'000), instant_from_epoch_seconds(15'001))
                       ->at(0)
                       .used[0],
                   9);
}

TEST_P(HistoryContract, TakesClockStepsForwardAndBack) {
  append_series(4'000'000'000, 4'000'003'000);
  append_series(1000, 9000);
  append_series(500'000, 503'000);
  EXPECT_EQ(times().size(), 300u + 800 + 300);
  const std::vector<std::int64_t> all = times();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(all.front(), 1000);
  EXPECT_EQ(all.back(), 4'000'002'990);
  EXPECT_EQ(store_->read("vm", instant_from_epoch_seconds(0), instant_from_epoch_seconds(600'000))->size(),
            1100u);
}

TEST_P(HistoryContract, ReadsFromInclusiveToExclusive) {
  append_series(0, 5000);
  const auto read = [&](std::int64_t from, std::int64_t to) {
    return store_->read("vm", instant_from_epoch_seconds(from), instant_from_epoch_seconds(to))->size();
  };
  EXPECT_EQ(read(100, 200), 10u);
  EXPECT_EQ(read(100, 201), 11u);
  EXPECT_EQ(read(101, 200), 9u);
  EXPECT_EQ(read(200, 200), 0u);
  EXPECT_EQ(read(300, 200), 0u);
  EXPECT_EQ(read(-100, 1), 1u);
  EXPECT_EQ(read(4990, 9000), 1u);
  EXPECT_EQ(read(5000, 9000), 0u);
}

TEST_P(HistoryContract, KeepsVmsApartAndListsThemInOrder) {
  for (const char* vm : {"b", "a", "ab"}) append_series(0, 3000, vm);
  append(3000, 1, "c");
  EXPECT_THAT(*store_->vms(), ElementsAre("a", "ab", "b", "c"));
  EXPECT_EQ(times("ab").size(), 300u);
  EXPECT_EQ(times("c"), std::vector<std::int64_t>{3000});
}

// A rename changes the name and the VmId, never the UUID: the store sees the same key and goes on.
TEST_P(HistoryContract, GoesOnWithTheSameSeriesWhenOnlyTheNameOfAVmChanged) {
  const std::string uuid = "6f1c9f6e-6c39-4d5a-9b0a-52b9f0b0d1a7";
  append(100, 1, uuid);
  open();
  if (GetParam() == Adapter::kMemory) append(100, 1, uuid);
  append(110, 2, uuid);
  EXPECT_THAT(times(uuid), ElementsAre(100, 110));
}

TEST_P(HistoryContract, RejectsBadSamplesAndStoresNothingOfTheCall) {
  std::vector<std::pair<Sample, std::string>> bad;
  const auto with = [&](auto change, std::string uuid = "vm") {
    Sample s = sample_at(50);
    change(s);
    bad.emplace_back(s, std::move(uuid));
  };
  with([](Sample& s) { s.used[1] = std::nan(""); });
  with([](Sample& s) { s.used[0] = -1; });
  with([](Sample& s) { s.used[3] = std::numeric_limits<double>::infinity(); });
  with([](Sample& s) { s.used[3] = 1e16; });
  with([](Sample& s) { s.stalled[0] = -0.5F; });
  with([](Sample& s) { s.stalled[0] = std::nanf(""); });
  with([](Sample& s) { s.at = instant_from_epoch_seconds(-1); });
  with([](Sample& s) { s.at = Instant::max(); });
  with([](Sample&) {}, "");
  with([](Sample&) {}, std::string(256, 'x'));
  for (const auto& [sample, uuid] : bad) {
    const HistorySample call[]{{"good", sample_at(40)}, {uuid, sample}};
    const auto result = store_->append(call);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::kInvalid);
  }
  EXPECT_TRUE(store_->vms()->empty());
}

TEST_P(HistoryContract, TakesTheLongestUuidAndAnyBytesInIt) {
  const std::string uuid = std::string(253, 'x') + std::string("\0\n", 2);
  append(10, 1, uuid);
  EXPECT_EQ(times(uuid).size(), 1u);
}

TEST_P(HistoryContract, ForgetsWhatIsOlderThanAskedAndTheVmsThatHaveNothingLeft) {
  append_series(0, 10'000);
  append_series(0, 5000, "gone");
  EXPECT_GT(*store_->drop_before(instant_from_epoch_seconds(6000)), 0u);
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_THAT(*store_->vms(), ElementsAre("vm"));
    ASSERT_FALSE(times().empty());
    EXPECT_GT(times().front(), 6000 - 10 * 200);  // a chunk more at most
    EXPECT_EQ(times().back(), 9990);
    if (GetParam() == Adapter::kMemory) break;
    open();
  }
  append(100, 1, "gone");
  EXPECT_EQ(times("gone").size(), 1u);
}

TEST_P(HistoryContract, KeepsAllThatWasSyncedWhenOpenedAgain) {
  if (GetParam() == Adapter::kMemory) GTEST_SKIP() << "memory does not outlive its object";
  for (int vm = 0; vm < 20; ++vm) append_series(0, 100 * (vm + 1), "vm" + std::to_string(vm));
  ASSERT_TRUE(store_->sync().has_value());
  open();
  EXPECT_EQ(store_->vms()->size(), 20u);
  for (int vm = 0; vm < 20; ++vm) EXPECT_EQ(times("vm" + std::to_string(vm)).size(), 10u * (vm + 1));
}

// Enough samples for the log on disk to be rewritten several times.
TEST_P(HistoryContract, KeepsTheWaitingSamplesOfQuietVmsThroughMillionsOfOthers) {
  append(5, 3, "quiet");
  for (int part = 0; part < 10; ++part) append_series(part * 1'000'000, (part + 1) * 1'000'000, "busy");
  append(15, 4, "quiet");
  if (GetParam() == Adapter::kRocksDb) open();
  EXPECT_EQ(times("quiet"), (std::vector<std::int64_t>{5, 15}));
  EXPECT_EQ(times("busy").size(), 1'000'000u);
}

INSTANTIATE_TEST_SUITE_P(Adapters, HistoryContract, testing::Values(Adapter::kMemory, Adapter::kRocksDb),
                         [](const auto& info) {
                           return info.param == Adapter::kMemory ? "Memory" : "RocksDb";
                         });

}  // namespace
}  // namespace headroom
