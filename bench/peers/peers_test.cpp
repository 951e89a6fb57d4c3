#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "peers/boosted.h"
#include "peers/lag_ridge.h"
#include "peers/r_peers.h"
#include "peers/sample_keys.h"
#include "peers/smoothing.h"

namespace headroom::bench {
namespace {

constexpr Duration kStep = std::chrono::minutes(5);
constexpr Instant kBeginning = instant_from_epoch_seconds(1'375'401'600);
const Horizons kHorizons{kStep, 3 * kStep, 12 * kStep};
constexpr std::uint64_t kSeed = 7;
constexpr std::size_t kAsked = 120;

// A noisy day of its own for each VM; the first steps of a shorter fleet are those of a longer one.
Fleet waves(std::size_t vms, std::size_t steps) {
  Fleet fleet;
  for (std::size_t i = 0; i < vms; ++i) {
    std::mt19937_64 random(kSeed + i);
    std::normal_distribution<double> noise;
    VmTrace vm;
    vm.name = "vm" + std::to_string(i);
    vm.start = kBeginning;
    vm.cores = 10;
    for (std::size_t step = 0; step < steps; ++step) {
      const double wave = 5000 + 1500 * std::sin(static_cast<double>(step) / 46 + static_cast<double>(i));
      for (auto& demand : vm.demand) demand.push_back(static_cast<float>(wave + 200 * noise(random)));
    }
    fleet.vms.push_back(std::move(vm));
  }
  return fleet;
}

VmSample sample_of(const Fleet& fleet, std::size_t vm, std::size_t step) {
  VmSample sample{VmId(static_cast<std::uint32_t>(vm)), {}};
  sample.sample.at = kBeginning + static_cast<std::int64_t>(step + 1) * kStep;
  for (std::size_t r = 0; r < kResourceCount; ++r) sample.sample.used[r] = fleet.vms[vm].demand[r][step];
  return sample;
}

// What a peer says of the last step of the fleet, asked at each of the last kAsked steps; `after` has been observed by then.
std::vector<Forecast> last_forecasts(const Fleet& fleet, std::unique_ptr<PointModel> model, const VmSample* after = nullptr) {
  const std::size_t steps = fleet.vms.front().slots();
  ErrorBands peer(std::move(model), kHorizons, kStep, kBeginning + static_cast<std::int64_t>(steps - kAsked) * kStep);
  std::vector<VmId> ids;
  for (std::size_t vm = 0; vm < fleet.vms.size(); ++vm) ids.emplace_back(static_cast<std::uint32_t>(vm));
  std::vector<Forecast> out;
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t vm = 0; vm < ids.size(); ++vm) peer.observe(sample_of(fleet, vm, step));
    if (after != nullptr && step + 1 == steps) peer.observe(*after);
    peer.forecast(kBeginning + static_cast<std::int64_t>(step + 1) * kStep, ids, out);
  }
  return out;
}

std::unique_ptr<PointModel> boosted_on(const Fleet& fleet, std::size_t steps) {
  BoostedOptions options;
  options.from = kBeginning;
  options.to = kBeginning + static_cast<std::int64_t>(steps) * kStep;
  options.rows = 4000;
  options.rounds = 20;
  return Boosted::train(fleet, targets_of(kHorizons, kStep), options).value();
}

void expect_same(const std::vector<Forecast>& a, const std::vector<Forecast>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (Resource r : kAllResources)
      for (std::size_t h = 0; h < kHorizons.size(); ++h) {
        EXPECT_EQ(a[i].at(r, h).value.at, b[i].at(r, h).value.at);
        EXPECT_EQ(a[i].at(r, h).peak.at, b[i].at(r, h).peak.at);
      }
}

TEST(Peers, RidgeFindsTheWeightsOfALinearSystem) {
  // y = 3 + 2 x1 - x2, from four points; a penalty of 3 on centred x of squares 4 and 4 leaves 4/7 of each weight.
  const double x[4][2] = {{1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
  std::vector<double> sums(16);
  for (const auto& [x1, x2] : x) {
    const double row[4] = {x1 + 10, x2, 1, 3 + 2 * (x1 + 10) - x2};
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) sums[i * 4 + j] += row[i] * row[j];
  }
  const std::vector<double> exact = solve_ridge(sums, 2, 1e-9), shrunk = solve_ridge(sums, 2, 3);
  ASSERT_EQ(exact.size(), 3U);
  EXPECT_NEAR(exact[0], 2, 1e-6);
  EXPECT_NEAR(exact[1], -1, 1e-6);
  EXPECT_NEAR(exact[2], 3, 1e-5);
  EXPECT_NEAR(shrunk[0], 2 * 4.0 / 7, 1e-9);
  EXPECT_NEAR(shrunk[1], -4.0 / 7, 1e-9);
  EXPECT_NEAR(shrunk[2], 23 - 10 * shrunk[0], 1e-9);  // through the means, x1 = 10 and y = 23
}

TEST(Peers, RidgeGivesNothingForASystemWithoutASolution) {
  const std::vector<double> sums{4, 2, 6, 2, 1, 3, 6, 3, 9};  // one row (2, 1, 3): x does not vary
  EXPECT_TRUE(solve_ridge(sums, 1, 0).empty());
}

TEST(Peers, LagRidgeContinuesALineOfLags) {
  std::vector<float> values{1000, 1010};
  for (std::size_t n = 2; n < 300; ++n)
    values.push_back(1.9F * values[n - 1] - 0.905F * values[n - 2] + 5 * static_cast<float>(n % 7));
  LagRidge ridge({{1, false}});
  const Past past{0, Resource::kCpu, 0, std::span(values).first(299)};
  float point = 0;
  ridge.points(std::span(&past, 1), std::span(&point, 1));
  EXPECT_NEAR(point, values[299], 0.1 * std::fabs(values[299] - values[298]) + 1);
}

TEST(Peers, BandsAreTheErrorsOfTheLastWeekAroundThePoint) {
  // Smoothing of a series that steps by one each time lags it by a constant, so every quantile of the errors is that lag.
  Fleet fleet = waves(1, 400);
  for (auto& demand : fleet.vms[0].demand)
    for (std::size_t i = 0; i < demand.size(); ++i) demand[i] = static_cast<float>(100 + i);
  const auto out = last_forecasts(fleet, std::make_unique<Smoothing>(targets_of(kHorizons, kStep).size()));
  for (std::size_t h = 0; h < kHorizons.size(); ++h) {
    const double truth = 100.0 + 399 + static_cast<double>(kHorizons[h] / kStep);
    for (float q : out[0].at(Resource::kDisk, h).value.at) EXPECT_NEAR(q, truth, 1e-3);
  }
  for (float q : out[0].at(Resource::kDisk, 2).peak.at) EXPECT_NEAR(q, 100.0 + 399 + 12, 1e-3);
}

TEST(Peers, SeeNothingThatWasObservedAfterTheOrigin) {
  const std::size_t steps = 700;
  const Fleet fleet = waves(2, steps);
  VmSample garbage{VmId(1), {}};
  garbage.sample.at = kBeginning + static_cast<std::int64_t>(steps + 1) * kStep;
  garbage.sample.used.fill(1e9);
  const std::vector<ScoredTarget> targets = targets_of(kHorizons, kStep);
  const auto makers = std::to_array<std::function<std::unique_ptr<PointModel>()>>(
      {[&] { return std::make_unique<Smoothing>(targets.size()); }, [&] { return std::make_unique<LagRidge>(targets); },
       [&] { return boosted_on(fleet, 500); }});
  for (const auto& make : makers) expect_same(last_forecasts(fleet, make()), last_forecasts(fleet, make(), &garbage));
}

TEST(Peers, BoostingLearnsFromNothingAtOrAfterTheEndOfItsWindow) {
  const Fleet honest = waves(2, 600);
  Fleet garbage = honest;
  for (VmTrace& vm : garbage.vms)
    for (auto& demand : vm.demand)
      for (std::size_t i = 500; i < demand.size(); ++i) demand[i] = 1e9F;
  expect_same(last_forecasts(honest, boosted_on(honest, 500)), last_forecasts(honest, boosted_on(garbage, 500)));
}

TEST(Peers, AreHandedNoHistoryFromAfterTheOrigin) {
  const Fleet honest = waves(2, 900);
  Fleet garbage = honest;
  const std::vector<Moment> moments{{0, kBeginning + 700 * kStep}, {1, kBeginning + 300 * kStep}};
  for (auto& demand : garbage.vms[0].demand)
    for (std::size_t i = 701; i < demand.size(); ++i) demand[i] = 1e9F;
  for (auto& demand : garbage.vms[1].demand)
    for (std::size_t i = 301; i < demand.size(); ++i) demand[i] = std::nanf("");
  EXPECT_EQ(r_histories(honest, moments), r_histories(garbage, moments));
  garbage.vms[0].demand[2][700] = 0;
  EXPECT_NE(r_histories(honest, moments), r_histories(garbage, moments));
}

TEST(Peers, SampleIsTheSameForTheSameSeedAndKeepsToRecordedMoments) {
  Fleet fleet = waves(3, 900);
  for (auto& demand : fleet.vms[1].demand) demand[450] = std::nanf("");
  const Instant from = kBeginning + 400 * kStep, to = kBeginning + 500 * kStep;
  const auto moments = draw_moments(fleet, 150, from, to, 12, kSeed), again = draw_moments(fleet, 150, from, to, 12, kSeed);
  ASSERT_EQ(moments.size(), 150U);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    EXPECT_EQ(moments[i].vm, again[i].vm);
    EXPECT_EQ(moments[i].origin, again[i].origin);
    EXPECT_TRUE(moments[i].origin >= from && moments[i].origin < to);
    const auto slot = (moments[i].origin - kBeginning) / kStep;
    EXPECT_FALSE(moments[i].vm == 1 && slot + 12 >= 450 && slot <= 450);
  }
}

// All are hit but for one, which is missed by far. (The memory of these VMs is idle and does not count.)
TEST(Peers, OneWildForecastCountsAtMostAsNaivesWorst) {
  const Fleet fleet = waves(4, 1200);
  const auto moments = draw_moments(fleet, 25, kBeginning + 400 * kStep, kBeginning + 1100 * kStep, 12, kSeed);
  auto ratio = [&](double wild) {
    SampleScorer sample(fleet, moments, {{1, false}});
    for (const Moment& moment : moments) {
      const auto next = static_cast<std::size_t>((moment.origin - kBeginning) / kStep) + 1;
      for (Resource r : kAllResources) {
        ScoredQuantiles q;
        q.fill(static_cast<double>(fleet.vms[moment.vm].demand[index(r)][next]));
        if (&moment == moments.data() && r == Resource::kDisk) q.fill(wild);
        sample.add(moment, r, 0, q);
      }
    }
    const double rwql = sample.rwql().at(0);
    EXPECT_EQ(sample.scored(), 75U);
    return rwql;
  };
  EXPECT_GT(ratio(1e12), 0);
  EXPECT_LT(ratio(1e12), 0.1);
  EXPECT_EQ(ratio(1e12), ratio(1e15));
}

TEST(Peers, BoostingBeatsTheLastValueOnAWaveItHasLearnt) {
  const Fleet fleet = waves(3, 1500);
  const auto model = boosted_on(fleet, 1200);
  const std::vector<ScoredTarget> targets = targets_of(kHorizons, kStep);
  double ours = 0, last = 0;
  for (std::size_t at = 1250; at < 1480; ++at) {
    const std::span<const float> values = fleet.vms[0].demand[0];
    const Past past{0, Resource::kCpu, kBeginning.time_since_epoch() / kStep + static_cast<std::int64_t>(at), values.first(at + 1)};
    std::vector<float> points(targets.size());
    model->points(std::span(&past, 1), points);
    ours += std::fabs(points[2] - values[at + 12]);
    last += std::fabs(values[at] - values[at + 12]);
  }
  EXPECT_LT(ours, 0.8 * last);
}

}  // namespace
}  // namespace headroom::bench
