// What Series remembers against plain recomputation from the whole past.
#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "synthetic.h"

namespace headroom {
namespace {

std::vector<float> known(const std::vector<float>& x, std::size_t end, std::size_t window) {
  std::vector<float> in;
  for (std::size_t i = end > window ? end - window : 0; i < end; ++i)
    if (!std::isnan(x[i])) in.push_back(x[i]);
  return in;
}

double quantile(std::vector<float> x, double p) {
  std::sort(x.begin(), x.end());
  const double place = p * static_cast<double>(x.size() - 1);
  const auto i = static_cast<std::size_t>(place);
  return x[i] + (place - static_cast<double>(i)) * (x[std::min(i + 1, x.size() - 1)] - x[i]);
}

// How far a value of a coded block may be off: half a step of the code where the steps are widest, at the top.
constexpr float kRounding = 1.0F / 254;

TEST(CodedBlock, KeepsExtremesExactlyAndTheRestToAStepOfItsRange) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 500; ++round) {
    CodedBlock::Values x;
    const float level = round % 3 == 0 ? 0.0F : 2e9F, range = std::ldexp(1.0F, static_cast<int>(random() % 40));
    for (float& v : x) v = random() % 9 == 0 ? std::nanf("") : level + range * static_cast<float>(random() % 1000) / 999;
    const CodedBlock block(x);
    const auto in = known({x.begin(), x.end()}, x.size(), x.size());
    if (in.empty()) continue;
    const float low = *std::min_element(in.begin(), in.end()), high = *std::max_element(in.begin(), in.end());
    EXPECT_EQ(block.lowest(), low);
    EXPECT_EQ(block.highest(), high);
    for (int i = 0; i < kBlockSteps; ++i) {
      const float v = x[static_cast<std::size_t>(i)];
      ASSERT_EQ(std::isnan(block.at(i)), std::isnan(v));
      if (std::isnan(v)) continue;
      EXPECT_NEAR(block.at(i), v, kRounding * (high - low) + 3e-7F * high) << "and as exact as a float";
      if (v == low || v == high) {
        EXPECT_EQ(block.at(i), v);
      }
      EXPECT_EQ(block.highest(i, i), block.at(i));
      EXPECT_EQ(block.lowest(i, i), block.at(i));
    }
  }
  const CodedBlock empty;
  EXPECT_TRUE(std::isnan(empty.at(3)));
  EXPECT_LT(empty.highest(), empty.lowest());
}

TEST(CodedBlock, TakesNothingForZeroThatIsNot) {
  CodedBlock::Values x{};
  x[3] = 1e9F, x[5] = 0.01F;
  const CodedBlock block(x);
  EXPECT_EQ(block.at(0), 0);
  EXPECT_GT(block.at(5), 0);
}

TEST(SortedDay, AgreesWithAnOrdinarySort) {
  std::mt19937_64 random(12);
  for (std::size_t count : {0U, 1U, 2U, 31U, 200U, 288U}) {
    std::vector<float> x(count);
    for (float& v : x) {
      v = std::ldexp(static_cast<float>(random() % 100), static_cast<int>(random() % 30));
      if (random() % 9 == 0) v = std::nanf("");
    }
    const SortedDay day(x);
    std::vector<float> wanted = known(x, count, count);
    std::sort(wanted.begin(), wanted.end());
    ASSERT_EQ(day.size(), static_cast<int>(wanted.size()));
    for (int i = 0; i < day.size(); ++i) ASSERT_EQ(day[i], wanted[static_cast<std::size_t>(i)]);
    if (wanted.empty()) continue;
    EXPECT_EQ(day.rank(std::numeric_limits<float>::infinity()), day.size());
    EXPECT_EQ(day.rank(0), 0);
    EXPECT_FLOAT_EQ(day.quantile(0.9), static_cast<float>(quantile(wanted, 0.9)));
  }
}

// Beyond the newest steps the values are rounded, each by at most a step of its block's range; so then are means, order
// statistics, and extremes over a part of a block.
TEST(Series, AgreesWithPlainRecomputationThroughGaps) {
  auto x = wave(8, 5000);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i % 37 == 5 || (i > 900 && i < 950)) x[i] = std::nanf("");
  Series series(Resource::kCpu);
  for (std::size_t n = 1; n <= x.size(); ++n) {
    series.push(x[n - 1]);
    if (n % 61 != 0) continue;
    const auto rounding_in = [&](int window) {
      const auto in = known(x, n, static_cast<std::size_t>(window) + kBlockSteps);
      return kRounding * (*std::max_element(in.begin(), in.end()) - *std::min_element(in.begin(), in.end()));
    };
    for (int window : Series::kWindows) {
      const auto in = known(x, n, static_cast<std::size_t>(window));
      EXPECT_EQ(series.missing(window), window - static_cast<int>(in.size()));
      if (in.empty()) continue;
      double sum = 0;
      for (float v : in) sum += v;
      const float tolerance = window <= Series::kExact ? 1e-5F : rounding_in(window);
      EXPECT_NEAR(series.mean(window), sum / static_cast<double>(in.size()), tolerance);
    }
    double change = 0;
    int changes = 0;
    for (std::size_t i = n > 288 ? n - 288 : 1; i < n; ++i)
      if (!std::isnan(x[i] - x[i - 1])) change += std::fabs(x[i] - x[i - 1]), ++changes;
    if (changes > 0) {
      EXPECT_NEAR(series.mean_change(kStepsPerDay), change / changes, 2 * rounding_in(kStepsPerDay));
    }
    const auto day = known(x, n, kStepsPerDay);
    const SortedDay sorted = series.day();
    for (double p : {.1, .5, .99}) EXPECT_NEAR(sorted.quantile(p), quantile(day, p), rounding_in(kStepsPerDay));
    const auto hours = known(x, n, 72);
    EXPECT_NEAR(series.highest(71, 0), *std::max_element(hours.begin(), hours.end()), rounding_in(72));
    EXPECT_NEAR(series.lowest(71, 0), *std::min_element(hours.begin(), hours.end()), rounding_in(72));
    for (std::size_t back = 0; back < std::min<std::size_t>(n, kStepsPerWeek); ++back) {
      const float v = x[n - 1 - back], told = series.at(static_cast<int>(back));
      ASSERT_EQ(std::isnan(told), std::isnan(v)) << back;
      if (std::isnan(v)) continue;
      ASSERT_NEAR(told, v, back < Series::kExact ? 0 : rounding_in(kStepsPerWeek)) << back;
    }
  }
}

TEST(Series, TellsTheExtremesOfWholeBlocksExactly) {
  const auto x = wave(10, 2016);
  Series series(Resource::kCpu);
  for (float v : x) series.push(v);
  for (int blocks : {1, 5, 20, 126}) {
    const auto in = known(x, x.size(), static_cast<std::size_t>(blocks * kBlockSteps));
    EXPECT_EQ(series.highest(blocks * kBlockSteps - 1, 0), *std::max_element(in.begin(), in.end()));
    EXPECT_EQ(series.lowest(blocks * kBlockSteps - 1, 0), *std::min_element(in.begin(), in.end()));
  }
}

TEST(Series, DoesNotRememberInItsSumsWhatHasLeftThem) {
  Series series(Resource::kCpu);
  for (int step = 0; step < 300; ++step) series.push(step % 2 == 0 ? 9e14F : 7e11F);
  for (int step = 0; step < kStepsPerWeek + kBlockSteps; ++step) series.push(step % 2 == 0 ? 5 : 7);
  EXPECT_DOUBLE_EQ(series.mean(kStepsPerWeek), 6);
  EXPECT_DOUBLE_EQ(series.mean_change(kStepsPerDay), 2);
}

TEST(Series, LiftsWhatWasHeldBackButNeverOverWhatTheVmCouldEverHave) {
  Series free(Resource::kCpu), bounded(Resource::kCpu), beyond(Resource::kCpu);
  free.push(1000, 1);
  EXPECT_EQ(free.now(), 3000);
  bounded.push(1000, 1, 2000);
  EXPECT_EQ(bounded.now(), 2000);
  EXPECT_EQ(bounded.highest_ever(), 2000);
  bounded.push(500, 0.5F, 2000);
  EXPECT_EQ(bounded.now(), 1000);
  beyond.push(2500, 1, 2000);  // what was delivered was delivered
  EXPECT_EQ(beyond.now(), 2500);
}

TEST(Series, RemembersWhenTheLastBurstsBegan) {
  Series series(Resource::kCpu);
  EXPECT_EQ(series.steps_since_burst(0), -1);
  // Calm but for two steps in fifty, from the second hour on.
  for (int step = 0; step < 195; ++step) series.push(step % 50 == 20 || step % 50 == 21 ? 900 : 100 + static_cast<float>(step % 2));
  EXPECT_EQ(series.steps_since_burst(0), 194 - 170);
  EXPECT_EQ(series.steps_since_burst(1), 194 - 120);
  EXPECT_EQ(series.steps_since_burst(3), 194 - 20);
  EXPECT_EQ(series.steps_since_burst(Series::kBursts), -1);
  series.push(std::nanf(""));  // a gap ages them
  EXPECT_EQ(series.steps_since_burst(0), 195 - 170);
}

TEST(Features, TellHowFarIntoTheGapBetweenBurstsTheMomentIs) {
  VmSeries vm;
  for (int step = 0; step < 452; ++step)
    for (Resource r : kAllResources) vm[r].push(step % 72 == 20 ? 9e8F : 1e8F);
  std::vector<float> x(kFeatureCount);
  compute_features(vm, Resource::kDisk, 452, x);
  const auto names = feature_names();
  auto feature = [&](std::string_view name) {
    return x[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
  };
  EXPECT_EQ(feature("steps_since_burst"), 71);
  EXPECT_EQ(feature("burst_gap"), 72);
  EXPECT_FLOAT_EQ(feature("of_burst_gap"), 71.0F / 72);
  EXPECT_EQ(feature("burst_gaps"), 1);
  EXPECT_GT(feature("ago_6h_next"), 0) << "the step ahead, six hours ago, was one";
}

TEST(Features, AreAllNamedAndDoNotDependOnUnits) {
  EXPECT_EQ(feature_names().size(), kFeatureCount);
  // A thousandfold series has the same shape, but for its level, its scale and the floor under the scale.
  VmSeries small, large;
  for (float x : wave(9, 800))
    for (Resource r : kAllResources) small[r].push(1e6F * x), large[r].push(1e9F * x);
  std::vector<float> a(kFeatureCount), b(kFeatureCount);
  compute_features(small, Resource::kNetwork, 800, a);
  compute_features(large, Resource::kNetwork, 800, b);
  const auto names = feature_names();
  for (std::size_t f = 0; f < kFeatureCount; ++f) {
    if (names[f].starts_with("log_") || std::isnan(a[f]) || names[f].starts_with("memory_")) continue;
    EXPECT_NEAR(a[f], b[f], 1e-2 * std::max(1.0F, std::fabs(b[f]))) << names[f];
  }
}

}  // namespace
}  // namespace headroom
