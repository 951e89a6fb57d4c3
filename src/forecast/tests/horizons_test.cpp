// Horizons other than the model's own.
#include <gmock/gmock.h>

#include "../src/head_map.h"
#include "synthetic.h"

namespace headroom {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

std::unique_ptr<PredictiveLoadEngine> engine_for(Horizons horizons) {
  return PredictiveLoadEngine::make(quick_model(), std::move(horizons)).value();  // the model has 5, 15 and 60 minutes
}

TEST(Horizons, OfTheModelAreForecastAsIfTheyWereAlone) {
  PredictiveLoadEngine all(quick_model());
  auto one = engine_for({hours(1)}), two = engine_for({minutes(5), minutes(15)});
  const auto x = wave(31, 500);
  for (int step = 0; step < 500; ++step) {
    for (Forecaster* f : {static_cast<Forecaster*>(&all), static_cast<Forecaster*>(one.get()), static_cast<Forecaster*>(two.get())})
      f->observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    if (step < 200) continue;
    const Forecast a = forecast_at(all, step), b = forecast_at(*one, step), c = forecast_at(*two, step);
    for (Resource r : kAllResources) {
      ASSERT_EQ(a.at(r, 2).value.at, b.at(r, 0).value.at) << step;
      ASSERT_EQ(a.at(r, 2).peak.at, b.at(r, 0).peak.at) << step;
      for (std::size_t h : {0U, 1U}) {
        ASSERT_EQ(a.at(r, h).value.at, c.at(r, h).value.at) << step;
        ASSERT_EQ(a.at(r, h).peak.at, c.at(r, h).peak.at) << step;
      }
    }
  }
}

TEST(Horizons, NeedOnlyTheHeadsTheyAreMadeOf) {
  const GlobalModel& model = *quick_model();
  EXPECT_EQ(HeadMap::make(model, {minutes(5)})->wanted(), (std::vector<std::size_t>{0})) << "the peak of one step is its value";
  EXPECT_EQ(HeadMap::make(model, {hours(1)})->wanted(), (std::vector<std::size_t>{2, 4}));
  EXPECT_EQ(HeadMap::make(model, {minutes(30), minutes(40)})->wanted(), (std::vector<std::size_t>{1, 2, 3, 4}));
  std::vector<float> features(kFeatureCount * 40);
  std::mt19937_64 random(4);
  for (float& f : features) f = static_cast<float>(random() % 1000) / 100;
  GlobalModel::Workspace workspace, other;
  std::vector<GlobalModel::Quantiles> every(model.heads() * GlobalModel::kBatch), some(every.size());
  const std::vector<std::size_t> wanted{3, 0};
  model.predict(features, workspace, every);
  model.predict(features, other, some, wanted);
  for (std::size_t head = 0; head < model.heads(); ++head)
    for (std::size_t row = 0; row < 40; ++row) {
      const std::size_t at = head * GlobalModel::kBatch + row;
      EXPECT_EQ(some[at], head == 0 || head == 3 ? every[at] : GlobalModel::Quantiles{}) << head;
    }
}

TEST(Horizons, BetweenTwoOfTheModelLieBetweenThemAndPeaksAreNoLowerThanValues) {
  auto engine = engine_for({minutes(15), minutes(30), minutes(45), hours(1)});
  const auto x = wave(32, 600);
  for (int step = 0; step < 600; ++step) {
    engine->observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    if (step == 450) {  // the first forecast: no calibration yet
      const Forecast f = forecast_at(*engine, step);
      for (std::size_t l = 0; l < kLevelCount; ++l)
        for (const auto of : {&Outlook::value, &Outlook::peak}) {
          const auto at = [&](std::size_t h) { return (f.at(Resource::kCpu, h).*of).at[l]; };
          for (std::size_t h : {1U, 2U}) {
            EXPECT_GE(at(h), std::min(at(0), at(3)) - 1e-3F);
            EXPECT_LE(at(h), std::max({at(0), at(3), (f.at(Resource::kCpu, h).value).at[l]}) + 1e-3F);
          }
        }
    }
    if (step < 450) continue;
    const Forecast f = forecast_at(*engine, step);
    for (Resource r : kAllResources)
      for (std::size_t h : {1U, 2U})
        for (std::size_t l = 0; l < kLevelCount; ++l) ASSERT_GE(f.at(r, h).peak.at[l], f.at(r, h).value.at[l]) << step;
  }
}

TEST(Horizons, BetweenTwoOfTheModelAreCalibratedByTheirOwnTruth) {
  auto engine = engine_for({minutes(30)});
  // Another world than the model's: heavier noise, no day, and within the half-hour it comes down again.
  std::mt19937_64 random(9);
  std::exponential_distribution<double> noise(1);
  constexpr int kSteps = 5000, kCounted = 3500, kAhead = 6;
  std::vector<Forecast> given;
  std::vector<double> x;
  std::array<double, kLevelCount> value_below{}, peak_below{};
  for (int step = 0; step < kSteps; ++step) {
    x.push_back(100 + 30 * noise(random) * noise(random));
    engine->observe(sample_at(step, x.back()));
    given.push_back(forecast_at(*engine, step));
    if (step < kSteps - kCounted) continue;
    const Outlook& said = given[given.size() - 1 - kAhead].at(Resource::kCpu, 0);
    const double highest = *std::max_element(x.end() - kAhead, x.end());
    for (std::size_t l = 0; l < kLevelCount; ++l) {
      value_below[l] += x.back() <= said.value.at[l] ? 1.0 / kCounted : 0;
      peak_below[l] += highest <= said.peak.at[l] ? 1.0 / kCounted : 0;
    }
  }
  for (std::size_t l = 0; l < kLevelCount; ++l) {
    EXPECT_NEAR(value_below[l], kLevels[l], l < 4 ? 0.03 : 0.015) << kLevels[l];
    EXPECT_NEAR(peak_below[l], kLevels[l], l < 4 ? 0.06 : 0.03) << kLevels[l];
  }
}

TEST(Horizons, ThatAreNoMultiplesAreAboutTheStepTheyLieIn) {
  auto odd = engine_for({minutes(6), minutes(59)}), even = engine_for({minutes(10), hours(1)});
  EXPECT_EQ(odd->horizons(), (Horizons{minutes(6), minutes(59)}));
  const auto x = wave(33, 400);
  for (int step = 0; step < 400; ++step) {
    odd->observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    even->observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    const Forecast a = forecast_at(*odd, step), b = forecast_at(*even, step);
    for (std::size_t h : {0U, 1U}) {
      ASSERT_EQ(a.at(Resource::kCpu, h).value.at, b.at(Resource::kCpu, h).value.at);
      ASSERT_EQ(a.at(Resource::kCpu, h).peak.at, b.at(Resource::kCpu, h).peak.at);
    }
  }
}

TEST(Horizons, BeyondTheModelOrOutOfOrderAreOneClearError) {
  const auto said = [](Horizons horizons) {
    const auto made = PredictiveLoadEngine::make(quick_model(), std::move(horizons));
    EXPECT_FALSE(made);
    EXPECT_EQ(made ? ErrorCode::kFailed : made.error().code, ErrorCode::kInvalid);
    return made ? "" : made.error().message;
  };
  EXPECT_THAT(said({minutes(5), hours(2)}), HasSubstr("forecasts 5m to 1h ahead, not 2h; train one that does"));
  EXPECT_THAT(said({minutes(1)}), HasSubstr("5m to 1h ahead, not 1m"));
  EXPECT_THAT(said({hours(1), minutes(5)}), HasSubstr("horizons must ascend: 5m comes after 1h"));
  EXPECT_THAT(said({minutes(5), minutes(5)}), HasSubstr("must ascend"));
  EXPECT_THAT(said({}), HasSubstr("no horizon"));
}

TEST(Horizons, AreKeptWhenAModelWithOthersTakesOver) {
  static const auto far = [] {
    TrainOptions options = quick_training();
    options.horizons = {kStep, 2 * kStep, 24 * kStep};
    options.trees = 2, options.net_epochs = 0;
    return train(waves(3, 288 * 6), options).value();
  }();
  auto near = engine_for({minutes(10), minutes(30)});
  EXPECT_TRUE(near->replace_model(far)) << "it reaches two hours";
  EXPECT_EQ(near->horizons(), (Horizons{minutes(10), minutes(30)}));
  near->observe(sample_at(0, 10));
  EXPECT_EQ(forecast_at(*near, 0).outlook[0].size(), 2U);
  auto further = PredictiveLoadEngine::make(far, {hours(2)}).value();
  EXPECT_FALSE(further->replace_model(quick_model())) << "it reaches one hour";
  EXPECT_EQ(forecast_at(*further, 0).outlook[0].size(), 1U);
}

TEST(Horizons, OfUpToAWeekCanBeTrained) {
  TrainOptions options = quick_training();
  options.horizons = {kStep, 7 * 288 * kStep};
  options.trees = 4, options.net_epochs = 1;
  const auto model = train(waves(4, 288 * 22), options);
  ASSERT_TRUE(model) << model.error().message;
  auto engine = PredictiveLoadEngine::make(*model, {minutes(5), hours(24), hours(24 * 7)}).value();
  const auto x = wave(35, 288 * 9);
  int below = 0, known = 0;
  std::vector<float> q90;
  for (int step = 0; step < 288 * 9; ++step) {
    engine->observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    if (step % 4 != 0) continue;
    q90.push_back(forecast_at(*engine, step).at(Resource::kCpu, 2).value.at[4]);
    if (step < 288 * 7 + 288) continue;
    ++known;
    below += x[static_cast<std::size_t>(step)] <= q90[static_cast<std::size_t>(step - 288 * 7) / 4] ? 1 : 0;
  }
  EXPECT_GT(below, known / 2) << "of what a week before was said to be rare";
}

}  // namespace
}  // namespace headroom
