#include "headroom/accuracy/history_fleet.h"

#include <gmock/gmock.h>

#include "headroom/history/memory_history.h"
#include "small_fleet.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kStep = minutes(5);

HistorySample sample(std::string_view vm, Duration after, double cpu, float stalled = 0) {
  HistorySample s{vm, {kBegin + after, {cpu, 0, 0, 0}, {stalled, 0, 0, 0}}};
  return s;
}

// A store that cannot read one VM.
class Damaged final : public HistoryStore {
 public:
  using HistoryStore::append;
  Result<void> append(std::span<const HistorySample>, std::span<const HistoryMark>) override { return {}; }
  Result<void> sync() override { return {}; }
  Result<std::string> mark(std::string_view) override { return std::string(); }
  Result<std::vector<Sample>> read(std::string_view, Instant, Instant) override {
    return fail(ErrorCode::kFailed, "DIR: the chunk of 'b' at 2013-07-01T00:00:00Z is damaged");
  }
  Result<std::vector<std::string>> vms() override { return std::vector<std::string>{"b"}; }
  Result<std::size_t> drop_before(Instant) override { return 0; }
};

TEST(HistoryFleet, LaysEachSampleOnTheStepItsIntervalEndsIn) {
  const auto history = make_memory_history();
  const std::vector samples{sample("b", minutes(5), 100), sample("b", minutes(9), 200), sample("b", minutes(10), 300),
                            sample("b", minutes(20), 400, 0.5F), sample("a", minutes(40), 500)};
  ASSERT_TRUE(history->append(samples));
  const auto fleet = fleet_of_history(*history, kStep);
  ASSERT_TRUE(fleet);
  ASSERT_EQ(fleet->vms.size(), 2U);
  EXPECT_EQ(fleet->vms[0].name, "a");
  EXPECT_EQ(fleet->vms[0].start, kBegin + minutes(35));
  const VmTrace& b = fleet->vms[1];
  EXPECT_EQ(b.start, kBegin);
  EXPECT_EQ(b.cores, 0);
  const auto& cpu = b.demand[index(Resource::kCpu)];
  ASSERT_EQ(cpu.size(), 4U);
  EXPECT_EQ(cpu[0], 100);
  EXPECT_EQ(cpu[1], 220);  // four minutes of 200 and one of 300
  EXPECT_TRUE(std::isnan(cpu[2]));
  EXPECT_EQ(cpu[3], 400);
  EXPECT_EQ(b.stalled[index(Resource::kCpu)][3], 0.5F);
}

TEST(HistoryFleet, RefusesAHistoryWithoutSamples) {
  const auto history = make_memory_history();
  const auto fleet = fleet_of_history(*history, kStep);
  ASSERT_FALSE(fleet);
  EXPECT_EQ(fleet.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(fleet.error().message, "the history holds no samples");
}

TEST(HistoryFleet, ADamagedPartEndsTheReadingWithItsPlace) {
  Damaged history;
  const auto fleet = fleet_of_history(history, kStep);
  ASSERT_FALSE(fleet);
  EXPECT_EQ(fleet.error().code, ErrorCode::kFailed);
  EXPECT_THAT(fleet.error().message, ::testing::HasSubstr("'b'"));
}

TEST(HistoryFleet, RefusesTimeStampsYearsApart) {
  const auto history = make_memory_history();
  ASSERT_TRUE(history->append(std::vector{sample("a", minutes(5), 1), sample("a", std::chrono::days(4 * 366), 1)}));
  const auto fleet = fleet_of_history(*history, kStep);
  ASSERT_FALSE(fleet);
  EXPECT_EQ(fleet.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(fleet.error().message, ::testing::HasSubstr("over 3 years"));
}

TEST(HistoryFleet, EndsWhenProgressSaysSo) {
  const auto history = make_memory_history();
  ASSERT_TRUE(history->append(std::vector{sample("a", minutes(5), 1)}));
  EXPECT_FALSE(fleet_of_history(*history, kStep, [](double) { return false; }));
}

}  // namespace
}  // namespace headroom
