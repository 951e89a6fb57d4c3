#include "../src/fallback.h"

#include <gmock/gmock.h>

#include "headroom/forecast/live_accuracy.h"
#include "synthetic.h"

namespace headroom {
namespace {

using Quantiles = GlobalModel::Quantiles;

constexpr Quantiles kStart{-1, 0, 0.5, 0.8, 1, 1.5, 2, 3};

Judgement judgement(std::int64_t origin, float truth, float model_error) {
  Judgement j;
  j.origin = origin;
  j.truth = j.at_least = truth;
  j.ground = Ground::of(1000, 1, 0);
  j.z.fill(truth + model_error);
  return j;
}

// One head of so many steps, told each step; the model errs by `model_error`, the series never moves.
struct Told {
  explicit Told(int horizon) : heads{Head{horizon, false}}, fallback(heads, std::span(&kStart, 1)), horizon(horizon) {}
  Told(const Told&) = delete;
  void run(int steps, float model_error) {
    for (const std::int64_t end = step + steps; step < end; ++step) {
      if (step >= horizon) {
        Judgement j = judgement(step - horizon, 0, model_error);
        fallback.judge(j);
        given = j.z;
      }
      chosen = fallback.chosen(0, step);
    }
  }
  std::vector<Head> heads;
  Fallback fallback;  // borrows them
  int horizon;
  std::int64_t step = 0;
  bool chosen = false;
  Quantiles given{};
};

TEST(Fallback, TakesOverOnlyAfterThreeDaysHoweverMuchTheModelLoses) {
  Told told(3);
  told.run(3 * kStepsPerDay - 12, 5);
  EXPECT_FALSE(told.chosen);
  told.run(36, 5);
  EXPECT_TRUE(told.chosen);
  EXPECT_GT(told.fallback.excess(0), 1);
}

TEST(Fallback, WaitsForFourHorizonsWhereTheyAreLong) {
  Told told(2 * kStepsPerDay);
  const std::int64_t stride = judging_stride({2 * kStepsPerDay, false});
  bool early = false;
  for (std::int64_t step = 0; step < 12 * kStepsPerDay; ++step) {
    const std::int64_t origin = step - told.horizon;
    if (origin >= 0 && origin % stride == 0) {
      Judgement j = judgement(origin, 0, 5);
      told.fallback.judge(j);
    }
    const bool chosen = told.fallback.chosen(0, step);
    if (step < 9 * kStepsPerDay) early = early || chosen;
    told.chosen = chosen;
  }
  EXPECT_FALSE(early);
  EXPECT_TRUE(told.chosen);
}

TEST(Fallback, IsNotUsedWhereTheModelLosesLess) {
  Told told(1);
  told.run(20 * kStepsPerDay, 0.001F);
  EXPECT_FALSE(told.chosen);
}

TEST(Fallback, GoesBackToTheModelOnceItLosesLessAgain) {
  Told told(1);
  told.run(5 * kStepsPerDay, 5);
  ASSERT_TRUE(told.chosen);
  told.run(20 * kStepsPerDay, 0);
  EXPECT_FALSE(told.chosen);
}

TEST(Fallback, JudgesWhatItSaidAtTheOriginAndNotWhatItLearntSince) {
  const std::vector<Head> heads{Head{12, false}};
  Fallback fallback(heads, std::span(&kStart, 1));
  fallback.chosen(0, 1188);
  fallback.chosen(0, 1200);
  const Quantiles said = fallback.quantiles(0);
  double loss = 0;
  for (std::int64_t origin = 1188; origin < 1200; ++origin) {   // truths that come in meanwhile
    Judgement j = judgement(origin, 9, 0);
    fallback.judge(j);
    loss = loss * std::exp(-1.0 / (4 * kStepsPerDay)) + pinball_loss(said, 9);
  }
  EXPECT_EQ(fallback.quantiles(0), said) << "nothing changes within an epoch";
  fallback.chosen(0, 1212);
  EXPECT_GT(fallback.quantiles(0).back(), said.back());
  Judgement j = judgement(1203, 2.5F, 0.5F);
  fallback.judge(j);
  loss = loss * std::exp(-1.0 / (4 * kStepsPerDay)) + pinball_loss(said, 2.5F);
  double of_model = 0;
  for (const double p : kLevels) of_model += (1 - p) * 0.5 / kLevelCount;
  EXPECT_NEAR(fallback.excess(0), of_model / loss - 1, 1e-5);
}

// A staircase: the model, grown on waves that swing back, expects every change to be undone.
std::vector<double> staircase(std::uint64_t seed, int steps) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise;
  std::vector<double> x;
  double level = 1000;
  for (int step = 0; step < steps; ++step) {
    if (random() % 4 == 0) level = std::max(100.0, level + 20 * noise(random));
    x.push_back(level);
  }
  return x;
}

TEST(Fallback, AVmThatTheModelDoesNotSuitIsForecastByItsLastValueAndSaysSo) {
  PredictiveLoadEngine engine(quick_model());
  const auto x = staircase(3, 288 * 10);
  double best = 0;
  int used = 0;
  for (int step = 0; step < 288 * 10; ++step) {
    engine.observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    const Forecast f = forecast_at(engine, step);
    for (const Outlook& o : f.outlook[0]) {
      used += o.peak_fallback > 0 || o.value_fallback > 0 ? 1 : 0;
      best = std::max<double>({best, o.peak_fallback, o.value_fallback});
    }
  }
  EXPECT_GT(used, 288);
  EXPECT_GT(best, 0.07);
}

TEST(Fallback, AVmOfTheModelsOwnWorldIsForecastByTheModel) {
  PredictiveLoadEngine engine(quick_model());
  const auto x = wave(8, 288 * 10);
  for (std::size_t step = 0; step < x.size(); ++step) {
    engine.observe(sample_at(static_cast<std::int64_t>(step), x[step]));
    const Forecast f = forecast_at(engine, static_cast<std::int64_t>(step));
    for (const Outlook& o : f.outlook[0]) {
      ASSERT_EQ(o.value_fallback, 0) << step;
      ASSERT_EQ(o.peak_fallback, 0) << step;
    }
  }
}

}  // namespace
}  // namespace headroom
