// Samples that come more often than the step, late, twice or not at all, on the grid.
#include "headroom/forecast/step_grid.h"

#include <gmock/gmock.h>

#include "synthetic.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

// What was pushed of CPU, missing as -1.
class Laid {
  auto push() {
    return [this](const Sample& s, bool known) {
      used_.push_back(known && !std::isnan(s.used[0]) ? s.used[0] : -1);
      stalled_.push_back(known ? s.stalled[0] : 0);
    };
  }

 public:
  void observe(Duration after, double used, float stalled = 0) {
    Sample sample{kBeginning + after, {}, {}, true};
    sample.used.fill(used);
    sample.stalled.fill(stalled);
    grid_.observe(sample, kStep, push());
  }
  // Reports all `every` of what was used meanwhile, up to `end`.
  void observe_all(Duration every, Duration begin, Duration end, double used) {
    for (Duration at = begin + every; at <= end; at += every) observe(at, used);
  }
  void forecast(Duration after) { grid_.close_at(kBeginning + after, kStep, push()); }
  const std::vector<double>& steps() const { return used_; }
  const std::vector<float>& stalled() const { return stalled_; }

 private:
  StepGrid grid_;
  std::vector<double> used_;
  std::vector<float> stalled_;
};

TEST(StepGrid, GivesOneSampleAStepBackAsItIs) {
  Laid laid;
  const std::vector<double> used{0.1, 1e9 / 3, 0, 7, 1.0 / 7};
  for (std::size_t i = 0; i < used.size(); ++i) laid.observe(static_cast<int>(i + 1) * kStep, used[i], 0.1F);
  laid.forecast(5 * kStep);
  EXPECT_EQ(laid.steps(), used);
  EXPECT_THAT(laid.stalled(), testing::Each(0.1F));
}

TEST(StepGrid, TakesTheMeanOfAStepByTheTimeEachSampleCovers) {
  Laid laid;
  laid.observe_all(minutes(1), Duration(0), minutes(5), 10);
  laid.observe_all(minutes(1), minutes(5), minutes(8), 10);
  laid.observe(minutes(8) + seconds(30), 40, 1);
  laid.observe(minutes(9), 40, 1);
  laid.observe(minutes(9) + seconds(30), 20);
  laid.observe(minutes(10), 20);
  laid.forecast(minutes(10));
  ASSERT_EQ(laid.steps().size(), 2U);
  EXPECT_EQ(laid.steps()[0], 10) << "the mean of equal numbers is that number";
  EXPECT_NEAR(laid.steps()[1], (3 * 10 + 40 + 20) / 5.0, 1e-5);
  EXPECT_NEAR(laid.stalled()[1], 0.2, 1e-6);
}

TEST(StepGrid, ARepeatedSampleReplacesAndALateOneJoins) {
  Laid in_order, jumbled;
  for (int i = 1; i <= 10; ++i) in_order.observe(i * minutes(1), i * i);
  for (int i : {1, 2, 3, 4, 5, 6, 8, 7, 7, 10, 9}) {
    if (i == 10) jumbled.observe(i * minutes(1), 1e6);
    jumbled.observe(i * minutes(1), i * i);
    if (i == 3) jumbled.observe(minutes(2), 4);
  }
  in_order.forecast(minutes(10)), jumbled.forecast(minutes(10));
  ASSERT_EQ(jumbled.steps().size(), 2U);
  for (std::size_t i : {0U, 1U}) EXPECT_NEAR(jumbled.steps()[i], in_order.steps()[i], 1e-4) << i;
  EXPECT_NEAR(in_order.steps()[1], (36 + 49 + 64 + 81 + 100) / 5.0, 1e-4);
}

TEST(StepGrid, KnowsAStepOfWhichHalfIsCovered) {
  Laid laid;
  laid.observe_all(seconds(10), Duration(0), minutes(5), 6);
  laid.observe_all(seconds(10), minutes(5), minutes(6), 6);       // then silence for a while
  laid.observe_all(seconds(10), minutes(8) + seconds(20), minutes(10), 6);
  laid.observe_all(seconds(10), minutes(10), minutes(12), 6);     // and for longer
  laid.observe_all(seconds(10), minutes(16), minutes(20), 6);
  laid.forecast(minutes(20));
  EXPECT_THAT(laid.steps(), ElementsAre(6, 6, -1, 6)) << "160, 120 and 240 seconds of 300";
}

TEST(StepGrid, AnOddReportBetweenRegularOnesHidesNothing) {
  Laid laid;
  for (int i = 1; i <= 12; ++i) {
    laid.observe(i * kStep, 5);
    if (i % 4 == 2) laid.observe(i * kStep + seconds(1), 5);  // at a restart, say
  }
  laid.forecast(12 * kStep);
  EXPECT_THAT(laid.steps(), testing::AllOf(testing::SizeIs(12), testing::Each(5)));
}

TEST(StepGrid, TakesSamplesOfFiveMinutesThatEndInsideSteps) {
  Laid laid;
  for (int i = 0; i < 6; ++i) {
    if (i == 3) continue;
    laid.observe(minutes(1) + i * kStep, i + 1);
  }
  laid.forecast(6 * kStep);
  EXPECT_THAT(laid.steps(), ElementsAre(1, 2, 3, -1, 5, 6));
}

TEST(StepGrid, AForecastInsideAStepUsesWhatIsKnownAndTheRestIsOfTheNext) {
  Laid laid;
  const auto used_at = [](int minute) { return minute <= 8 ? 10.0 : minute <= 13 ? 20.0 : 30.0; };
  for (int minute = 1; minute <= 18; ++minute) {
    laid.observe(minutes(minute), used_at(minute));
    if (minute % 5 == 3) laid.forecast(minutes(minute));
    if (minute == 10) laid.forecast(minutes(minute));  // in a step that is closed: nothing new is laid
  }
  ASSERT_EQ(laid.steps().size(), 4U);
  const std::vector<double> wanted{10, 10, 20, 30};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(laid.steps()[i], wanted[i], 1e-5) << i;
}

TEST(StepGrid, WhatEndsAfterAForecastHasNoPartInIt) {
  Laid honest, ahead;
  for (int minute = 1; minute <= 8; ++minute) honest.observe(minutes(minute), minute), ahead.observe(minutes(minute), minute);
  ahead.observe(minutes(9), 1e9);
  honest.forecast(minutes(8)), ahead.forecast(minutes(8));
  EXPECT_EQ(honest.steps(), ahead.steps());
  EXPECT_EQ(honest.steps().size(), 2U);
}

TEST(StepGrid, LeavesBrokenNumbersOutOfTheMean) {
  Laid laid;
  for (int minute = 1; minute <= 5; ++minute) laid.observe(minutes(minute), minute == 2 ? std::nan("") : minute == 3 ? 1e300 : 8);
  for (int minute = 6; minute <= 10; ++minute) laid.observe(minutes(minute), minute > 7 ? std::nan("") : 8);
  laid.forecast(minutes(10));
  EXPECT_THAT(laid.steps(), ElementsAre(8, -1)) << "three minutes of five, two of five";
}

// A load that moves within the step: what it takes on average, in 5-minute samples, and as it is, in finer ones.
class Fine {
 public:
  explicit Fine(std::uint64_t seed) : wave_(wave(seed, 288 * 2)), seed_(seed) {}
  std::size_t steps() const { return wave_.size(); }
  // In the ten seconds number `i`.
  double at(std::size_t i) const {
    std::mt19937_64 random(seed_ * 7919 + i);
    const double busy = random() % 3 == 0 ? 2.0 : 0.5;  // on and off, one in three
    return static_cast<double>(wave_[i / 30]) * busy;
  }
  double mean(std::size_t from, std::size_t count) const {
    double sum = 0;
    for (std::size_t i = from; i < from + count; ++i) sum += at(i);
    return sum / static_cast<double>(count);
  }

 private:
  std::vector<float> wave_;
  std::uint64_t seed_;
};

TEST(StepGrid, ForecastsFromFineSamplesAgreeWithThoseFromTheirMeans) {
  for (const int count : {1, 3, 6, 30}) {  // tens of seconds a sample
    PredictiveLoadEngine fine(quick_model()), means(quick_model());
    const Fine load(21);
    double difference = 0, width = 0;
    for (std::size_t step = 0; step < load.steps(); ++step) {
      for (std::size_t part = 0; part < 30; part += static_cast<std::size_t>(count)) {
        const std::size_t end = step * 30 + part + static_cast<std::size_t>(count);
        VmSample s = sample_at(0, load.mean(step * 30 + part, static_cast<std::size_t>(count)));
        s.sample.at = kBeginning + end * seconds(10);
        fine.observe(s);
      }
      means.observe(sample_at(static_cast<std::int64_t>(step), load.mean(step * 30, 30)));
      if (step % 4 != 0) continue;
      const Forecast a = forecast_at(fine, static_cast<std::int64_t>(step)), b = forecast_at(means, static_cast<std::int64_t>(step));
      if (step < 288) continue;
      for (std::size_t h = 0; h < 3; ++h)
        for (const auto& [x, y] : {std::pair(a.at(Resource::kCpu, h).value, b.at(Resource::kCpu, h).value),
                                   std::pair(a.at(Resource::kCpu, h).peak, b.at(Resource::kCpu, h).peak)}) {
          for (std::size_t l = 0; l < kLevelCount; ++l) difference += std::fabs(x.at[l] - y.at[l]) / kLevelCount;
          width += y.at[4] - y.at[0];
        }
    }
    EXPECT_LT(difference, 1e-4 * width) << count * 10 << " s";
    EXPECT_GT(width, 0);
  }
}

}  // namespace
}  // namespace headroom
