#include "headroom/forecast/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>

#include "headroom/forecast/baselines.h"

namespace headroom {
namespace {

const char* const kShipped = HEADROOM_SOURCE_DIR "/models/ple.model";
constexpr std::int64_t kStart = 1'375'315'200;

std::shared_ptr<const GlobalModel> shipped() { return GlobalModel::load(kShipped).value(); }

double load_at(int step, std::uint64_t seed) {
  std::mt19937_64 random(seed * 1'000'003 + static_cast<std::uint64_t>(step));
  return 500 + 300 * std::sin(step / 45.8) + static_cast<double>(random() % 200);
}

VmSample sample(int step, double cpu) {
  VmSample s{VmId(0), {}};
  s.sample.at = instant_from_epoch_seconds(kStart + 300LL * (step + 1));
  s.sample.used = {cpu, 2e9, 1e5, 1e5};
  return s;
}

std::vector<Forecast> forecast_at(Forecaster& f, int step) {
  const VmId id(0);
  std::vector<Forecast> out;
  f.forecast(instant_from_epoch_seconds(kStart + 300LL * (step + 1)), std::span(&id, 1), out);
  return out;
}

// Both engines forecast from step 699; only then does one of them learn what came after. Its earlier words must be the
// words of an engine that never saw it, to the last bit.
TEST(Engine, NothingAfterTheOriginInfluencesAForecast) {
  PredictiveLoadEngine honest(shipped()), fed_garbage(shipped());
  for (int step = 0; step < 700; ++step) {
    honest.observe(sample(step, load_at(step, 1)));
    fed_garbage.observe(sample(step, load_at(step, 1)));
  }
  for (int step = 700; step < 720; ++step) {
    fed_garbage.observe(sample(700, 1e9));  // later than the origin, and not closed yet
  }
  const auto a = forecast_at(honest, 699), b = forecast_at(fed_garbage, 699);
  for (Resource r : kAllResources)
    for (std::size_t h = 0; h < honest.horizons().size(); ++h) {
      EXPECT_EQ(a[0].at(r, h).peak.at, b[0].at(r, h).peak.at);
      EXPECT_EQ(a[0].at(r, h).value.at, b[0].at(r, h).value.at);
    }
}

TEST(Engine, BandsAscendAreNeverNegativeAndNeverPassTheCeiling) {
  PredictiveLoadEngine engine(shipped());
  engine.set_ceiling(VmId(0), Resources(MilliCores(900), 4_GiB, 100_MBps, 100_MBps));
  for (int step = 0; step < 400; ++step) {
    engine.observe(sample(step, std::min(900.0, load_at(step, 2))));
    const auto f = forecast_at(engine, step);
    for (Resource r : kAllResources)
      for (const Outlook& o : f[0].outlook[index(r)])
        for (const Band* band : {&o.value, &o.peak})
          for (std::size_t i = 0; i < kLevelCount; ++i) {
            ASSERT_GE(band->at[i], 0);
            ASSERT_GE(band->at[i], i > 0 ? band->at[i - 1] : 0);
            ASSERT_LE(band->at[i], r == Resource::kCpu ? 900 : 1e12);
          }
  }
}

TEST(Engine, TellsNoneFromLearningFromReady) {
  PredictiveLoadEngine engine(shipped());
  EXPECT_EQ(forecast_at(engine, 0)[0].state, ForecastState::kNone);
  for (int step = 1; step < 12; ++step) engine.observe(sample(step, 100));
  EXPECT_EQ(forecast_at(engine, 11)[0].state, ForecastState::kLearning);
  for (int step = 12; step < 320; ++step) engine.observe(sample(step, 100));
  EXPECT_EQ(forecast_at(engine, 319)[0].state, ForecastState::kReady);
}

TEST(Engine, IsExactForASeriesThatNeverMoves) {
  PredictiveLoadEngine engine(shipped());
  for (int step = 0; step < 600; ++step) engine.observe(sample(step, 0));
  const auto f = forecast_at(engine, 599);
  for (const Outlook& o : f[0].outlook[0]) EXPECT_EQ(o.peak.at, Band::certain(0).at);
}

TEST(Engine, TakesGapsRepeatsAndLateSamplesInItsStride) {
  PredictiveLoadEngine engine(shipped());
  for (int step = 0; step < 5000; ++step) {
    if (step > 1000 && step < 4200) continue;  // eleven days of silence
    engine.observe(sample(step, load_at(step, 3)));
    engine.observe(sample(step, load_at(step, 3)));
    if (step > 5) engine.observe(sample(step - 3, 5));
  }
  const auto f = forecast_at(engine, 4999);
  EXPECT_TRUE(std::isfinite(f[0].at(Resource::kCpu, 2).peak.at[6]));
}

TEST(Engine, CalibratesItselfToAVmThatTheModelGetsWrong) {
  PredictiveLoadEngine engine(shipped());
  int below = 0, known = 0;
  double q90 = 0;
  for (int step = 0; step < 3000; ++step) {
    const double y = load_at(step, 4);
    if (step > 1500) {
      ++known;
      below += y <= q90;
    }
    engine.observe(sample(step, y));
    q90 = forecast_at(engine, step)[0].at(Resource::kCpu, 0).value.at[4];
  }
  EXPECT_NEAR(static_cast<double>(below) / known, 0.90, 0.03);
}

TEST(Engine, BeatsTheLastValueWithItsOwnErrorsOnADailyPattern) {
  PredictiveLoadEngine engine(shipped());
  ErrorQuantile naive(ErrorQuantile::Anchor::kLast, default_horizons(), std::chrono::minutes(5));
  double loss = 0, naive_loss = 0;
  Band said, naive_said;
  for (int step = 0; step < 3000; ++step) {
    const double y = load_at(step, 5);
    if (step > 1000)
      for (std::size_t i = 0; i < kLevelCount; ++i) {
        auto pinball = [&](double q) { return std::max(kLevels[i] * (y - q), (kLevels[i] - 1) * (y - q)); };
        loss += pinball(said.at[i]);
        naive_loss += pinball(naive_said.at[i]);
      }
    engine.observe(sample(step, y));
    naive.observe(sample(step, y));
    said = forecast_at(engine, step)[0].at(Resource::kCpu, 0).value;
    naive_said = forecast_at(naive, step)[0].at(Resource::kCpu, 0).value;
  }
  EXPECT_LT(loss, naive_loss);
}

TEST(Model, ThatIsBrokenCutShortOrMissingIsOneClearError) {
  std::ifstream in(kShipped, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const std::string file = testing::TempDir() + "broken.model";
  auto refused = [&](const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
    return !GlobalModel::load(file).has_value();
  };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("not a model"));
  EXPECT_TRUE(refused(bytes.substr(0, bytes.size() / 2)));
  std::string flipped = bytes;
  flipped[bytes.size() / 2] = static_cast<char>(flipped[bytes.size() / 2] ^ 1);
  EXPECT_TRUE(refused(flipped));
  EXPECT_EQ(GlobalModel::load(file + ".none").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace headroom
