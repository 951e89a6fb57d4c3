#include "../src/calibration.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "synthetic.h"

namespace headroom {
namespace {

// The same rule with everything that was ever issued at hand.
class PlainCalibration {
 public:
  using Quantiles = Calibration::Quantiles;
  explicit PlainCalibration(const std::vector<Head>& heads) : heads_(heads), thetas_(heads.size()) {}

  void settle(const Series& series, std::int64_t step) {
    for (std::size_t h = 0; h < heads_.size(); ++h) {
      const auto issued = issued_.find({h, step - heads_[h].steps});
      if (issued == issued_.end()) continue;
      const auto& [now, scale, z] = issued->second;
      const auto truth = truth_of(series, heads_[h]);
      if (!truth) continue;
      for (std::size_t l = 0; l < kLevelCount; ++l) {
        const double eta = kLevels[l] >= 0.99 ? 0.01 : 0.005;
        const double moved = to_z(*truth, now, scale) <= z[l] ? kLevels[l] - 1 : kLevels[l];
        thetas_[h][l] = std::clamp(thetas_[h][l] + static_cast<float>(eta * moved), -2.0F, 2.0F);
      }
    }
  }
  void issued(std::size_t head, std::int64_t origin, const Series& series, const Quantiles& model) {
    Quantiles z;
    for (std::size_t l = 0; l < kLevelCount; ++l) z[l] = std::floor((model[l] + thetas_[head][l]) * 1024) / 1024;
    if (origin % std::max(1, heads_[head].steps / 12) == 0)
      issued_[{head, origin}] = {series.now(), static_cast<float>(series.scale()), z};
  }
  void forget_issued() { issued_.clear(); }
  float theta(std::size_t head, std::size_t level) const { return thetas_[head][level]; }

 private:
  static std::optional<double> truth_of(const Series& series, const Head& head) {
    int missing = 0;
    for (int back = 0; back < head.steps; ++back) missing += std::isnan(series.at(back)) ? 1 : 0;
    if (head.peak ? missing * 20 > head.steps : std::isnan(series.at(0))) return std::nullopt;
    return head.peak ? series.highest(head.steps - 1, 0) : series.at(0);
  }
  struct Issued {
    float now, scale;
    Quantiles z;
  };
  std::vector<Head> heads_;
  std::vector<Quantiles> thetas_;
  std::map<std::pair<std::size_t, std::int64_t>, Issued> issued_;
};

TEST(Calibration, JudgesEveryForecastOnceByWhatWasIssuedThen) {
  const std::vector<Head> heads = heads_of({1, 3, 12, 30, 72, 100, 288});
  const CalibrationPlan plan(heads);
  Calibration calibration(plan);
  std::vector<Judgement> judged;
  PlainCalibration plain(heads);
  Series series(Resource::kCpu);
  std::mt19937_64 random(21);
  std::normal_distribution<float> noise;
  std::int64_t step = 4'000'000;
  for (float x : wave(22, 4000)) {
    series.push(random() % 40 == 0 ? std::nanf("") : x);
    judged.clear(), calibration.settle(series, step, false, judged);
    plain.settle(series, step);
    // Now and then a forecast, or some heads of it, is not asked for.
    for (std::size_t h = 0; h < heads.size(); ++h) {
      if (random() % 10 == 0 || series.steps_since_value() > 0) continue;
      Calibration::Quantiles z;
      for (float& q : z) q = 2 * noise(random);
      calibration.give(h, step, series, Ground{}, z);
      plain.issued(h, step, series, z);
      calibration.give(h, step - 1, series, Ground{}, z);  // an origin that has passed is not judged
    }
    ++step;
    if (random() % 1500 == 0) step += 5000, plain.forget_issued();  // a silence that was not told step by step
  }
  for (std::size_t h = 0; h < heads.size(); ++h)
    for (std::size_t l = 0; l < kLevelCount; ++l) {
      EXPECT_EQ(calibration.theta(h, l), plain.theta(h, l)) << heads[h].steps << " steps, level " << kLevels[l];
      EXPECT_NE(calibration.theta(h, l), 0);
    }
}

TEST(Calibration, HoldsAQuantileJustBelowZeroBelowZero) {
  const CalibrationPlan plan(heads_of({1}));
  Calibration calibration(plan);
  std::vector<Judgement> judged;
  Series series(Resource::kCpu);
  for (int step = 0; step < 2; ++step) {
    series.push(0);
    judged.clear(), calibration.settle(series, step, false, judged);
    Calibration::Quantiles z{};
    z[0] = -1e-6F;
    calibration.give(0, step, series, Ground{}, z);
  }
  EXPECT_GT(calibration.theta(0, 0), 0) << "the zero that came was above it";
  EXPECT_LT(calibration.theta(0, 1), 0) << "and not above zero itself";
}

}  // namespace
}  // namespace headroom
