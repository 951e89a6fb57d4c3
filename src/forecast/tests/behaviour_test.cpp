#include <gmock/gmock.h>
#include <malloc.h>

#include "headroom/forecast/baselines.h"
#include "synthetic.h"

namespace headroom {
namespace {

void expect_sane(const Forecast& f) {
  for (Resource r : kAllResources)
    for (const Outlook& outlook : f.outlook[index(r)])
      for (const Band* band : {&outlook.value, &outlook.peak})
        for (std::size_t l = 0; l < kLevelCount; ++l) {
          EXPECT_TRUE(std::isfinite(band->at[l]));
          EXPECT_GE(band->at[l], l == 0 ? 0 : band->at[l - 1]);
        }
}

bool same(const Forecast& a, const Forecast& b) {
  for (std::size_t r = 0; r < kResourceCount; ++r)
    for (std::size_t h = 0; h < a.outlook[r].size(); ++h)
      if (a.outlook[r][h].value.at != b.outlook[r][h].value.at || a.outlook[r][h].peak.at != b.outlook[r][h].peak.at)
        return false;
  return true;
}

TEST(Forecasts, SaysNothingOfAVmItNeverSawButTheWidePrior) {
  PredictiveLoadEngine engine(quick_model());
  engine.set_ceiling(VmId(0), Resources(4_cores, 8_GiB));
  const Forecast f = forecast_at(engine, 0);
  EXPECT_EQ(f.state, ForecastState::kNone);
  EXPECT_EQ(f.at(Resource::kCpu, 0).peak.at.back(), 4000);
  EXPECT_EQ(f.at(Resource::kCpu, 0).peak.at.front(), 0);
  EXPECT_GT(f.at(Resource::kDisk, 0).peak.at.back(), 0);
}

TEST(Forecasts, IsLearningForADayAndThenReady) {
  PredictiveLoadEngine engine(quick_model());
  const auto x = wave(3, 400);
  for (int step = 0; step < 400; ++step) {
    engine.observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    const Forecast f = forecast_at(engine, step);
    expect_sane(f);
    EXPECT_EQ(f.state, step < 287 ? ForecastState::kLearning : ForecastState::kReady) << step;
  }
}

TEST(Forecasts, NothingAfterTheOriginChangesAForecast) {
  PredictiveLoadEngine honest(quick_model()), fed_garbage(quick_model());
  const auto x = wave(4, 900);
  for (int step = 0; step < 900; ++step) {
    honest.observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    fed_garbage.observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    if (step == 899) break;
    ASSERT_TRUE(same(forecast_at(honest, step), forecast_at(fed_garbage, step)));
  }
  fed_garbage.observe(sample_at(900, 1e9));
  EXPECT_TRUE(same(forecast_at(honest, 899), forecast_at(fed_garbage, 899)));
}

TEST(Forecasts, SurvivesGapsGarbageAndLateSamples) {
  PredictiveLoadEngine engine(quick_model());
  const auto x = wave(5, 1500);
  for (int step = 0; step < 1500; ++step) {
    if (step > 300 && step < 500) continue;
    const double used = step % 97 == 0 ? std::nan("") : step % 101 == 0 ? 1e300 : x[static_cast<std::size_t>(step)];
    engine.observe(sample_at(step, used));
    if (step % 5 == 0) engine.observe(sample_at(step - 40, 1e6));
    expect_sane(forecast_at(engine, step));
  }
  expect_sane(forecast_at(engine, 1'000'000));
}

void expect_certain(const Forecast& f, double level) {
  for (Resource r : kAllResources)
    for (const Outlook& outlook : f.outlook[index(r)])
      for (const Band* band : {&outlook.value, &outlook.peak}) EXPECT_EQ(band->at, Band::certain(level).at) << name(r);
}

TEST(Forecasts, StatesASeriesThatNeverMovesExactly) {
  for (const double level : {0.0, 250.0}) {
    PredictiveLoadEngine engine(quick_model());
    for (int step = 0; step < 700; ++step) {
      engine.observe(sample_at(step, level));
      const Forecast f = forecast_at(engine, step);
      if (step >= 288) expect_certain(f, level);
    }
    expect_certain(forecast_at(engine, 700), level);  // a sample is missing
  }
}

TEST(Forecasts, AResourceThatIsNeverReportedHasItsPriorAndSpoilsNoOther) {
  PredictiveLoadEngine engine(quick_model()), whole(quick_model());
  engine.set_ceiling(VmId(0), Resources(4_cores, 8_GiB));
  whole.set_ceiling(VmId(0), Resources(4_cores, 8_GiB));
  const auto x = wave(11, 400);
  for (int step = 0; step < 400; ++step) {
    VmSample s = sample_at(step, x[static_cast<std::size_t>(step)]);
    whole.observe(s);
    s.sample.used[index(Resource::kMemory)] = std::nan("");
    engine.observe(s);
    expect_sane(forecast_at(engine, step)), forecast_at(whole, step);
  }
  const Forecast f = forecast_at(engine, 399), g = forecast_at(whole, 399);
  EXPECT_EQ(f.at(Resource::kMemory, 0).value.at.back(), static_cast<float>(8.0 * (1ULL << 30)));
  EXPECT_EQ(f.state, ForecastState::kReady);
  const double width = g.at(Resource::kCpu, 0).value.at[4] - g.at(Resource::kCpu, 0).value.at[0];
  EXPECT_NEAR(f.at(Resource::kCpu, 0).value.at[1], g.at(Resource::kCpu, 0).value.at[1], width);
}

// A counter that starts anew shows less than nothing, one that wraps an absurd amount; a VM that reboots, zeros and then
// what it did before.
TEST(Forecasts, ComesThroughResetsWithinAnHour) {
  const auto x = wave(12, 1200);
  for (const bool reboot : {false, true}) {
    PredictiveLoadEngine calm(quick_model()), reset(quick_model());
    double width = 0, difference = 0;
    for (int step = 0; step < 900; ++step) {
      const double used = x[static_cast<std::size_t>(step)];
      const bool odd = step >= 800 && step < 803;
      calm.observe(sample_at(step, used));
      reset.observe(sample_at(step, !odd ? used : reboot ? 0 : step == 800 ? -5e8 : 6e16));
      const Forecast a = forecast_at(calm, step), b = forecast_at(reset, step);
      expect_sane(b);
      if (step < 812) continue;
      for (std::size_t h = 0; h < 3; ++h) {
        width += a.at(Resource::kCpu, h).value.at[4] - a.at(Resource::kCpu, h).value.at[0];
        difference += std::fabs(b.at(Resource::kCpu, h).value.at[1] - a.at(Resource::kCpu, h).value.at[1]);
      }
    }
    RecordProperty(reboot ? "reboot" : "counter", std::to_string(difference / width));
    EXPECT_LT(difference, 0.5 * width) << (reboot ? "reboot" : "counter");
  }
}

// Of a year nothing but the last week or two is remembered: an engine that saw it all says what one says that saw the end of
// it, to within rounding, though monsters came and went through its sums. And it has not grown.
TEST(Forecasts, AYearOfHistoryLeavesNoDriftAndNoGrowth) {
  constexpr int kYear = 365 * 288, kBeforeTheEnd = 7 * 16 * 836;  // the week is thinned by seven and searched by sixteen
  auto x = wave(13, kYear);
  for (float& used : x) used *= 1e6F;  // far above what is noise in any unit, so that the week has bursts of its own to remember
  PredictiveLoadEngine old(quick_model()), fresh(quick_model());
  for (int step = 0; step < kYear; ++step) {
    const bool early = step < kBeforeTheEnd;
    const double used = early && step % 1000 == 0 ? 1e12 : x[static_cast<std::size_t>(step)];
    old.observe(sample_at(step, used));
    if (!early) fresh.observe(sample_at(step, used));
  }
  const Forecast a = forecast_at(old, kYear - 1), b = forecast_at(fresh, kYear - 1);
  for (Resource r : kAllResources)
    for (std::size_t h = 0; h < 3; ++h)
      for (std::size_t l = 0; l + 2 < kLevelCount; ++l)
        EXPECT_NEAR(a.at(r, h).value.at[l], b.at(r, h).value.at[l], 1e-3 * b.at(r, h).value.at[l]) << name(r) << kLevels[l];
  std::size_t in_use = 0;
  for (int step = kYear; step < kYear + 3 * 288; ++step) {
    old.observe(sample_at(step, x[static_cast<std::size_t>(step - kYear)]));
    expect_sane(forecast_at(old, step));
    if (step == kYear + 288) in_use = mallinfo2().uordblks;
  }
  EXPECT_EQ(mallinfo2().uordblks, in_use);
  // Far from now the steps are still numbered right, and a silence of centuries is crossed at once.
  std::vector<Forecast> out;
  const VmId id(0);
  old.forecast(parse_instant("2199-12-31").value(), std::span(&id, 1), out);
  expect_sane(out[0]);
}

TEST(Forecasts, NeverForecastsBeyondTheCeilingNorFarBeyondTheRecord) {
  PredictiveLoadEngine engine(quick_model());
  engine.set_ceiling(VmId(0), Resources(MilliCores(2000), Bytes(1'000'000)));
  for (int step = 0; step < 800; ++step) {
    engine.observe(sample_at(step, step < 780 ? 50 : 100 << std::min(4, (step - 780) / 4)));
    const Forecast f = forecast_at(engine, step);
    expect_sane(f);
    EXPECT_LE(f.at(Resource::kCpu, 2).peak.at.back(), 2000);
    EXPECT_LE(f.at(Resource::kMemory, 2).peak.at.back(), 1'000'000);
  }
}

TEST(Forecasts, CalibrationBringsEachQuantileToItsShare) {
  PredictiveLoadEngine engine(quick_model());
  // Another world than the model's: heavier noise, no day.
  std::mt19937_64 random(9);
  std::exponential_distribution<double> noise(1);
  constexpr int kSteps = 6000, kCounted = 4500;
  std::array<double, kLevelCount> below{};
  for (int step = 0; step < kSteps; ++step) {
    const double x = 100 + 30 * noise(random) * noise(random);
    if (step >= kSteps - kCounted) {
      const Band band = forecast_at(engine, step - 1).at(Resource::kCpu, 0).value;
      for (std::size_t l = 0; l < kLevelCount; ++l) below[l] += x <= band.at[l] ? 1.0 / kCounted : 0;
    } else if (step > 0) {
      forecast_at(engine, step - 1);
    }
    engine.observe(sample_at(step, x));
  }
  for (std::size_t l = 0; l < kLevelCount; ++l) EXPECT_NEAR(below[l], kLevels[l], l < 4 ? 0.03 : 0.012) << kLevels[l];
}

// Its changes are those of the spikes, so that all it does otherwise is next to nothing beside them.
TEST(Forecasts, CoverALoadThatIsTinyBesideItsRareSpikes) {
  PredictiveLoadEngine engine(quick_model());
  std::mt19937_64 random(19);
  std::exponential_distribution<double> noise(1);
  constexpr int kSteps = 4500, kCounted = 3000;
  double below = 0;
  for (int step = 0; step < kSteps; ++step) {
    const double x = random() % 40 == 0 ? 5000 : 10 + 20 * noise(random);
    if (step > 0) {
      const Band band = forecast_at(engine, step - 1).at(Resource::kCpu, 0).value;
      if (step >= kSteps - kCounted) below += x <= band.at[4] ? 1.0 / kCounted : 0;
    }
    engine.observe(sample_at(step, x));
  }
  EXPECT_NEAR(below, 0.9, 0.02);
}

TEST(Forecasts, AStalledVmIsForecastHigherThanOneThatIsNot) {
  PredictiveLoadEngine calm(quick_model()), held_back(quick_model());
  const auto x = wave(6, 600);
  for (int step = 0; step < 600; ++step) {
    calm.observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    held_back.observe(sample_at(step, x[static_cast<std::size_t>(step)], step > 590 ? 1 : 0));
  }
  EXPECT_GT(forecast_at(held_back, 599).at(Resource::kCpu, 0).value.at[1],
            forecast_at(calm, 599).at(Resource::kCpu, 0).value.at[1]);
}

TEST(Forecasts, LosesLessThanTheLastValueWithItsOwnErrors) {
  PredictiveLoadEngine engine(quick_model());
  ErrorQuantile naive(ErrorQuantile::Anchor::kLast, engine.horizons(), kStep);
  const auto x = wave(77, 288 * 8);
  double ours = 0, theirs = 0;
  for (int step = 0; step < 288 * 8 - 12; ++step) {
    engine.observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    naive.observe(sample_at(step, x[static_cast<std::size_t>(step)]));
    const Forecast a = forecast_at(engine, step), b = forecast_at(naive, step);
    if (step < 288 * 4) continue;
    for (std::size_t h = 0; h < 3; ++h) {
      const double y = x[static_cast<std::size_t>(step + std::array{1, 3, 12}[h])];
      for (std::size_t l = 0; l < kLevelCount; ++l) {
        auto loss = [&](const Forecast& f) {
          const double error = y - f.at(Resource::kCpu, h).value.at[l];
          return std::max(kLevels[l] * error, (kLevels[l] - 1) * error);
        };
        ours += loss(a), theirs += loss(b);
      }
    }
  }
  EXPECT_LT(ours, 0.9 * theirs);
}

}  // namespace
}  // namespace headroom
