// The running sums and sorted windows of Series against plain recomputation from the whole past.
#include <gmock/gmock.h>

#include <algorithm>

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

TEST(Series, AgreesWithPlainRecomputationThroughGaps) {
  auto x = wave(8, 3000);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i % 37 == 5 || (i > 900 && i < 950)) x[i] = std::nanf("");
  Series series(Resource::kCpu);
  for (std::size_t n = 1; n <= x.size(); ++n) {
    series.push(x[n - 1]);
    if (n % 61 != 0) continue;
    for (int window : Series::kWindows) {
      const auto in = known(x, n, static_cast<std::size_t>(window));
      if (in.empty()) continue;
      double sum = 0;
      for (float v : in) sum += v;
      EXPECT_NEAR(series.mean(window), sum / static_cast<double>(in.size()), 1e-6 * sum);
    }
    const auto day = known(x, n, kStepsPerDay);
    for (double p : {.1, .5, .99}) EXPECT_NEAR(series.day().quantile(p), quantile(day, p), 1e-3);
    const auto hours = known(x, n, 72);
    EXPECT_EQ(series.highest(71, 0), *std::max_element(hours.begin(), hours.end()));
    EXPECT_EQ(series.lowest(71, 0), *std::min_element(hours.begin(), hours.end()));
  }
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
