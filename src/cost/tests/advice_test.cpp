#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "headroom/cost/reservation_advice.h"

namespace headroom::cost {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Ten cores and plenty of memory, all of it planned to be in use: n hosts are n * 10,000 millicores.
Offer offer(double on_demand, double reserved, std::size_t held = 0) {
  return {.type = "t", .size = Resources(10_cores, 1024_GiB), .on_demand_usd_per_hour = on_demand, .reserved_usd_per_hour = reserved, .held = held};
}
const AdviceOptions kAll{.cpu_target = 1, .memory_target = 1};

FleetNeed need(const std::vector<double>& hosts) {
  FleetNeed n;
  n.start = parse_instant("2013-08-05").value();
  for (double h : hosts) {
    n.cpu.push_back(h * 10'000);
    n.memory.push_back(0);
  }
  n.vms = 1;
  return n;
}

// `days` days, each of the same 24 hours.
FleetNeed every_day(std::size_t days, const std::vector<double>& day) {
  std::vector<double> hosts;
  for (std::size_t d = 0; d < days; ++d) hosts.insert(hosts.end(), day.begin(), day.end());
  return need(hosts);
}

std::vector<double> office_day() {  // 2 hosts by night, 4 in half of the hours, 6 in three of them
  std::vector<double> day(24, 2);
  for (std::size_t h = 8; h < 20; ++h) day[h] = h < 11 ? 6 : 4;
  return day;
}

TEST(Advice, ReservesWhatIsNeededInMoreHoursThanTheBreakEvenShare) {
  const FleetNeed fleet = every_day(21, office_day());
  EXPECT_EQ(advise(fleet, offer(1, 0.6), kAll).hosts, 2U);
  EXPECT_EQ(advise(fleet, offer(1, 0.4), kAll).hosts, 4U) << "the third is needed in half of the hours";
  EXPECT_EQ(advise(fleet, offer(1, 0.1), kAll).hosts, 6U);
  EXPECT_EQ(advise(fleet, offer(1, 1), kAll).hosts, 0U) << "no discount";
  const Advice advice = advise(fleet, offer(1, 0.4), kAll);
  EXPECT_EQ(advice.needed_share, (std::vector<double>{1, 1, 0.5, 0.5, 0.125, 0.125}));
  EXPECT_NEAR(advice.held_usd_per_month, 730 * (2 + 2 * 0.5 + 2 * 0.125), 1e-9) << "all on demand";
  EXPECT_NEAR(advice.advised_usd_per_month, 730 * (4 * 0.4 + 2 * 0.125), 1e-9);
  EXPECT_NEAR(advice.saving_usd_per_month, 730 * 1.4, 1e-9);
  EXPECT_EQ(advice.peak_hosts, 6U);
  EXPECT_NEAR(advice.mean_hosts, 3.25, 1e-9);
}

TEST(Advice, OfAFleetThatIsTheSameEveryDayIsCertain) {
  const Advice advice = advise(every_day(21, office_day()), offer(1, 0.4), kAll);
  EXPECT_NEAR(advice.saving_within.low, advice.saving_usd_per_month, 1e-6);
  EXPECT_NEAR(advice.saving_within.high, advice.saving_usd_per_month, 1e-6);
  EXPECT_EQ(advice.hosts_within.low, 4);
  EXPECT_EQ(advice.hosts_within.high, 4);
}

double cost_of(const FleetNeed& fleet, const Offer& o, std::size_t reserved) {
  double usd = 0;
  for (double cpu : fleet.cpu)
    usd += static_cast<double>(reserved) * o.reserved_usd_per_hour + std::max(0.0, std::ceil(cpu / 10'000) - static_cast<double>(reserved)) * o.on_demand_usd_per_hour;
  return usd / static_cast<double>(fleet.hours()) * kHoursPerMonth;
}

TEST(Advice, IsTheCheapestNumberThereIs) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> hosts;
    const double most = 1 + static_cast<double>(random() % 12);
    for (int h = 0; h < 24 * 15; ++h) hosts.push_back(most * static_cast<double>(random() % 1000) / 1000);
    const FleetNeed fleet = need(hosts);
    const Offer o = offer(1, static_cast<double>(random() % 110) / 100, random() % 4);
    const Advice advice = advise(fleet, o, {.cpu_target = 1, .memory_target = 1, .confidence = 0.9, .draws = 0, .seed = 1});
    for (std::size_t n = o.held; n <= 15; ++n) EXPECT_GE(cost_of(fleet, o, n), advice.advised_usd_per_month - 1e-6) << "seed 11 round " << round;
    EXPECT_NEAR(cost_of(fleet, o, advice.hosts), advice.advised_usd_per_month, 1e-6);
    EXPECT_NEAR(cost_of(fleet, o, o.held), advice.held_usd_per_month, 1e-6);
  }
}

TEST(Advice, KeepsWhatIsHeldAndComparesWithIt) {
  const FleetNeed fleet = every_day(21, office_day());
  EXPECT_EQ(advise(fleet, offer(1, 0.4, 3), kAll).hosts, 4U);
  EXPECT_NEAR(advise(fleet, offer(1, 0.4, 3), kAll).saving_usd_per_month, 730 * (0.5 - 0.4), 1e-9) << "of one more";
  const Advice too_many = advise(fleet, offer(1, 0.4, 9), kAll);
  EXPECT_EQ(too_many.hosts, 9U);
  EXPECT_EQ(too_many.saving_usd_per_month, 0);
  EXPECT_EQ(too_many.saving_within.high, 0);
}

TEST(Advice, LeavesRoomOnEveryHostAndCountsTheScarcerResource) {
  FleetNeed fleet = every_day(21, std::vector<double>(24, 4));
  EXPECT_EQ(advise(fleet, offer(1, 0.5), {.cpu_target = 0.8, .memory_target = 1}).hosts, 5U);
  fleet.memory.assign(fleet.hours(), 7.5 * static_cast<double>((1024_GiB).count()));
  EXPECT_EQ(advise(fleet, offer(1, 0.5), {.cpu_target = 0.8, .memory_target = 1}).hosts, 8U);
}

TEST(Advice, NeedsTwoWeeksAndTellsWhatTheHistoryIs) {
  EXPECT_FALSE(history_of(every_day(13, office_day())).enough());
  EXPECT_TRUE(history_of(every_day(14, office_day())).enough());
  FleetNeed gappy = every_day(20, office_day());
  for (std::size_t h = 0; h < 10 * 24; ++h)
    if (h % 24 < 5) gappy.cpu[h] = kNan;
  const NeedHistory history = history_of(gappy);
  EXPECT_EQ(history.days, 10) << "a day with five hours missing does not count";
  EXPECT_EQ(history.hours, 480U);
  EXPECT_EQ(history.known_hours, 430U);
  EXPECT_EQ(to_rfc3339(history.to), "2013-08-25T00:00:00Z");
  std::vector<double> grows(20 * 24, 2);
  for (std::size_t h = 240; h < 480; ++h) grows[h] = 3;
  EXPECT_NEAR(history_of(need(grows)).drift, 0.5, 1e-12);
}

TEST(Advice, IsNotGivenOnHostsThatCannotHoldTheLargestVm) {
  FleetNeed fleet = every_day(21, office_day());
  EXPECT_EQ(unfit(fleet, offer(1, 0.5)), "");
  fleet.largest_cpu = 12'000;
  EXPECT_EQ(unfit(fleet, offer(1, 0.5)), "one VM needs 12 cores of cpu, the host has 10 cores");
  Offer free = offer(0, 0);
  EXPECT_EQ(unfit(every_day(21, office_day()), free), "costs nothing on demand");
  free.size = Resources();
  EXPECT_EQ(unfit(every_day(21, office_day()), free), "has no size");
}

// Daily levels that remember the day before, and weekends.
std::vector<double> made_days(std::size_t days, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  double level = normal(random);
  std::vector<double> hosts;
  for (std::size_t d = 0; d < days; ++d) {
    level = 0.6 * level + 0.8 * normal(random);
    for (std::size_t h = 0; h < 24; ++h) {
      const double office = d % 7 < 5 && h >= 8 && h < 18 ? 6 : 0;
      hosts.push_back(std::max(0.0, 12 + office + 1.5 * level + 0.5 * normal(random)));
    }
  }
  return hosts;
}

// The promise itself: the month that follows saves something within the interval, about as often as is said.
TEST(Advice, HoldsTheSavingOfTheMonthThatFollowsAsOftenAsItSays) {
  for (std::size_t days : {14U, 28U, 56U}) {
    std::size_t held = 0;
    constexpr std::size_t kTrials = 200;
    for (std::size_t trial = 0; trial < kTrials; ++trial) {
      std::mt19937_64 random(1000 * days + trial);
      const std::vector<double> all = made_days(days + 28, random);
      const auto split = all.begin() + static_cast<std::ptrdiff_t>(24 * days);
      const Offer o = offer(1, 0.62);
      const Advice advice = advise(need({all.begin(), split}), o, {.cpu_target = 1, .memory_target = 1, .confidence = 0.9, .draws = 400, .seed = trial});
      const FleetNeed after = need({split, all.end()});
      const double saved = cost_of(after, o, 0) - cost_of(after, o, advice.hosts);
      held += saved >= advice.saving_within.low && saved <= advice.saving_within.high;
    }
    const double share = static_cast<double>(held) / kTrials;
    RecordProperty("held_after_" + std::to_string(days), std::to_string(share));
    EXPECT_GT(share, days < 28 ? 0.80 : 0.85) << days << " days";
    EXPECT_LT(share, 0.99) << days << " days";
  }
}

TEST(Advice, IsLessCertainWhenTheFleetChangedOverItsHistory) {
  std::vector<double> alternates, moved;
  for (std::size_t d = 0; d < 28; ++d) {
    alternates.insert(alternates.end(), 24, d % 2 == 0 ? 2 : 6);
    moved.insert(moved.end(), 24, d < 14 ? 2 : 6);
  }
  const auto width = [](const std::vector<double>& hosts) {
    const Interval i = advise(need(hosts), offer(1, 0.4), kAll).saving_within;
    return i.high - i.low;
  };
  EXPECT_GT(width(moved), 2 * width(alternates)) << "the same days in another order";
}

TEST(Advice, IsTheSameForTheSameSeed) {
  std::mt19937_64 random(5);
  const FleetNeed fleet = need(made_days(28, random));
  AdviceOptions options = kAll;
  const Advice first = advise(fleet, offer(1, 0.6), options), second = advise(fleet, offer(1, 0.6), options);
  EXPECT_EQ(first.saving_within.low, second.saving_within.low);
  options.seed = 2;
  EXPECT_NE(advise(fleet, offer(1, 0.6), options).saving_within.low, first.saving_within.low);
  EXPECT_LT(first.saving_within.low, first.saving_usd_per_month);
  EXPECT_GT(first.saving_within.high, first.saving_usd_per_month);
}

VmTrace vm(const char* start, std::vector<float> cpu, std::vector<float> memory = {}) {
  VmTrace trace;
  trace.start = parse_instant(start).value();
  trace.demand[index(Resource::kCpu)] = std::move(cpu);
  trace.demand[index(Resource::kMemory)] = std::move(memory);
  return trace;
}

TEST(FleetNeed, IsTheHighestSumWithinEachHour) {
  Fleet fleet;
  fleet.step = std::chrono::minutes(15);
  fleet.vms = {vm("2013-08-05T00:30:00Z", {100, 900, 200, 200, 200, 700}, {1, 2, 3, 4, 5, 6}),
               vm("2013-08-05T00:45:00Z", {50, 800, 20, std::nanf(""), 40}), VmTrace()};
  const FleetNeed need = need_of(fleet);
  EXPECT_EQ(to_rfc3339(need.start), "2013-08-05T00:00:00Z");
  ASSERT_EQ(need.hours(), 2U);
  EXPECT_EQ(need.cpu, (std::vector<double>{950, 1000})) << "not 900 + 50 of other moments";
  EXPECT_EQ(need.memory, (std::vector<double>{2, 6}));
  EXPECT_EQ(need.largest_cpu, 900);
  EXPECT_EQ(need.vms, 3U);
}

TEST(FleetNeed, DoesNotKnowAnHourThatHasFewSamples) {
  Fleet fleet;
  fleet.step = std::chrono::minutes(15);
  fleet.vms = {vm("2013-08-05T00:45:00Z", {100, 100, 100, std::nanf(""), std::nanf("")})};
  const FleetNeed need = need_of(fleet);
  ASSERT_EQ(need.hours(), 2U);
  EXPECT_TRUE(std::isnan(need.cpu[0]));
  EXPECT_EQ(need.cpu[1], 100);
  EXPECT_EQ(need.known_hours(), 1U);
  EXPECT_EQ(need_of(Fleet()).hours(), 0U);
}

TEST(FleetNeed, OfTheBundledSampleIsFourWeeksOfAllItsVms) {
  const auto fleet = read_fleet({HEADROOM_SOURCE_DIR "/examples/bitbrains"});
  ASSERT_TRUE(fleet) << fleet.error().message;
  const FleetNeed need = need_of(*fleet);
  const NeedHistory history = history_of(need);
  EXPECT_EQ(need.vms, 55U);
  EXPECT_EQ(history.days, 28);
  EXPECT_TRUE(history.enough());
  double most_at_once = 0, sum_of_peaks = 0;
  for (double cpu : need.cpu)
    if (!std::isnan(cpu)) most_at_once = std::max(most_at_once, cpu);
  for (const VmTrace& one : fleet->vms) {
    double peak = 0;
    for (float d : one.demand[0])
      if (!std::isnan(d)) peak = std::max(peak, static_cast<double>(d));
    sum_of_peaks += peak;
  }
  EXPECT_GT(most_at_once, need.largest_cpu);
  EXPECT_LT(most_at_once, sum_of_peaks);
}

}  // namespace
}  // namespace headroom::cost
