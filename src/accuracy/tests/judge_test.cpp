// The figures of the field's scoring script for a small data set, beside ours. HEADROOM_WRITE_SCORED=DIR writes truth.csv and
// forecasts.csv; the numbers below are what
//   score_forecast.py --truth DIR/truth.csv --forecast DIR/forecasts.csv --grid 1372756800,3 --json OUT.json
// gave for them.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>

#include "headroom/accuracy/limits.h"
#include "small_fleet.h"

namespace headroom {
namespace {

using std::chrono::minutes;

constexpr int kSteps = 900, kFirst = 400, kStride = 3;
constexpr std::array<ScoredTarget, 2> kTargets{{{1, false}, {12, true}}};

// The same everywhere: a linear congruential generator, 0 to 999.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : state_(seed) {}
  int next() {
    state_ = state_ * 1664525 + 1013904223;
    return static_cast<int>((state_ >> 16) % 1000);
  }

 private:
  std::uint32_t state_;
};

// CPU in percent and disk in KB/s, in quarters so that text holds them exactly. The third VM's CPU hardly moves.
double truth(std::size_t vm, Resource r, int k) {
  static std::map<std::pair<std::size_t, Resource>, std::vector<double>> made;
  auto& series = made[{vm, r}];
  if (series.empty()) {
    Numbers random(static_cast<std::uint32_t>(77 * vm + index(r) + 1));
    double level = 30;
    for (int i = 0; i < kSteps; ++i) {
      level = 0.9 * level + 0.1 * (random.next() % 60);
      const double burst = random.next() < 40 ? 45 : 0;
      const double x = vm == 2 && r == Resource::kCpu ? 10 : level + burst + (i / 12 % 8 == 0 ? 20 : 0);
      series.push_back(std::floor(4 * x) / 4);
    }
    series[500] = std::nan("");
  }
  return series[static_cast<std::size_t>(k)];
}

Fleet fleet_of_three() {
  Fleet fleet;
  for (std::size_t vm = 0; vm < 3; ++vm) {
    std::vector<double> cpu;
    for (int k = 0; k < kSteps; ++k) cpu.push_back(truth(vm, Resource::kCpu, k));
    fleet.vms.push_back(vm_with_cpu(fmt::format("vm{}", vm), cpu));
    for (int k = 0; k < kSteps; ++k)
      fleet.vms.back().demand[index(Resource::kDisk)].push_back(static_cast<float>(1000 * truth(vm, Resource::kDisk, k)));
  }
  return fleet;
}

// A forecast in the units of the truth: about the value an hour of a day ago, with a spread that now and then crosses.
ScoredQuantiles said(std::size_t vm, Resource r, std::size_t target, int k) {
  Numbers random(static_cast<std::uint32_t>(1000 * k + 10 * static_cast<int>(vm) + static_cast<int>(index(r)) +
                                            static_cast<int>(target)));
  const double now = std::isnan(truth(vm, r, k)) ? 25 : truth(vm, r, k);
  const double middle = 0.6 * now + 10 + (target == 1 ? 12 : 0);
  ScoredQuantiles q;
  for (std::size_t l = 0; l < kScoredCount; ++l)
    q[l] = std::max(0.0, std::floor(8 * (middle + 14 * (static_cast<double>(l) - 1) + random.next() % 16)) / 8);
  return q;
}

bool left_out(std::size_t vm, int k) { return vm == 1 && k % 60 == 40; }

struct CloseFile {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

template <class Take>
void for_each_forecast(Take take) {
  for (int k = kFirst; k < kSteps; k += kStride)
    for (std::size_t vm = 0; vm < 3; ++vm)
      for (Resource r : {Resource::kCpu, Resource::kDisk})
        for (std::size_t t = 0; t < kTargets.size(); ++t)
          if (!left_out(vm, k)) take(vm, r, t, k, said(vm, r, t, k));
}

void write_for_the_script(const std::string& directory) {
  const File truths(std::fopen((directory + "/truth.csv").c_str(), "w")),
      forecasts(std::fopen((directory + "/forecasts.csv").c_str(), "w"));
  ASSERT_TRUE(truths && forecasts);
  fmt::print(truths.get(), "series_id,time,cpu,disk\n");
  const std::int64_t begin = epoch_seconds(kBegin);
  for (std::size_t vm = 0; vm < 3; ++vm)
    for (int k = 0; k < kSteps; ++k)
      if (k != 500)
        fmt::print(truths.get(), "vm{},{},{},{}\n", vm, begin + 300 * k, truth(vm, Resource::kCpu, k),
                   truth(vm, Resource::kDisk, k));
  fmt::print(forecasts.get(), "series_id,resource,origin_time,horizon_steps,q10,q50,q90,q95,q99,target\n");
  for_each_forecast([&](std::size_t vm, Resource r, std::size_t t, int k, const ScoredQuantiles& q) {
    fmt::print(forecasts.get(), "vm{},{},{},{},{},{}\n", vm, scored_name(r), begin + 300 * k, kTargets[t].steps,
               fmt::join(q, ","), kTargets[t].peak ? "peak" : "point");
  });
}

struct Scored {
  std::vector<SeriesScore> series;
  std::vector<AccuracyFigures> accuracy;  // cpu 5m, cpu peak, disk 5m, disk peak
  std::vector<LimitTally> limits;
};

Scored scored() {
  static const Fleet fleet = fleet_of_three();
  LimitScorer of_limits({{true, 0.98}, {false, 0.8}});
  ScorerOptions options{{kBegin + kFirst * minutes(5), kStride}, {kTargets.begin(), kTargets.end()}};
  options.judged = [&](const JudgedForecast& f) { of_limits.take(f); };
  Scorer scorer(fleet, options);
  for_each_forecast([&](std::size_t vm, Resource r, std::size_t t, int k, ScoredQuantiles q) {
    for (double& x : q) x *= r == Resource::kCpu ? 10 : 1000;
    scorer.add(vm, r, t, kBegin + k * minutes(5), q);
  });
  Scored all;
  all.series = scorer.finish();
  all.accuracy = accuracy_figures(all.series);
  all.limits = of_limits.finish();
  return all;
}

TEST(ScoringScript, CanBeGivenTheSameData) {
  if (const char* directory = std::getenv("HEADROOM_WRITE_SCORED")) write_for_the_script(directory);
}

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr Limit kOwn{true, 0.98}, kShare{false, 0.8};

void expect_near(double ours, double theirs, double tolerance, const std::string& what) {
  if (std::isnan(theirs)) EXPECT_TRUE(std::isnan(ours)) << what;
  else EXPECT_NEAR(ours, theirs, tolerance) << what;
}

struct ExpectedAccuracy {
  Resource resource;
  ScoredTarget target;
  std::size_t series, idle;
  std::int64_t keys;
  // MAE, naiveMAE, MASE, relMAE, rWQL, gWQL, cover80, naive_cover80, width80, naive_width80, ser80, cal_err_q10 to _q99
  std::array<double, 16> figures;
};
const ExpectedAccuracy kAccuracy[] = {
    {Resource::kCpu,
     kTargets[0],
     2,
     1,
     498,
     {9.76681727, 2.91817269, 1.67895377, 1.82808879, 1.39843163, 1.42205124, 0.903614458, 0.840361446, 5.6883544,
      1.09000945, 1, 0.0457831325, 0.268072289, 0.0548192771, 0.0078313253, 0.00807228916}},
    {Resource::kCpu,
     kTargets[1],
     2,
     1,
     477,
     {20.6328616, 13.4554507, 3.8050132, 0.892801254, 1.21278277, 1.21050503, 0.399371069, 0.86163522, 6.01140719,
      10.1075011, 0, 0.167295597, 0.072327044, 0.233333333, 0.113522013, 0.00371069182}},
    {Resource::kDisk,
     kTargets[0],
     3,
     0,
     498,
     {8.94201807, 5.73995984, 1.85271914, 1.54974782, 1.22796092, 1.23297413, 0.855421687, 0.829317269, 5.63971895,
      1.11687904, 1, 0.00240963855, 0.253012048, 0.0578313253, 0.0118473896, 0.00204819277}},
    {Resource::kDisk,
     kTargets[1],
     3,
     0,
     477,
     {21.4790356, 25.1912998, 4.43372059, 0.856571781, 1.20112896, 1.20440795, 0.335429769, 0.77148847, 5.92609709,
      9.84276452, 0, 0.130607966, 0.00104821803, 0.333962264, 0.176415094, 0.0277358491}},
};

// The yardstick's window is kept in floats, so its losses agree to some eight digits.
TEST(ScoringScript, GivesTheSameAccuracy) {
  const Scored ours = scored();
  ASSERT_EQ(ours.accuracy.size(), std::size(kAccuracy));
  for (std::size_t i = 0; i < std::size(kAccuracy); ++i) {
    const ExpectedAccuracy& theirs = kAccuracy[i];
    const AccuracyFigures& f = ours.accuracy[i];
    EXPECT_EQ(f.resource, theirs.resource);
    EXPECT_EQ(f.target, theirs.target);
    EXPECT_EQ(f.series, theirs.series);
    EXPECT_EQ(f.idle, theirs.idle);
    EXPECT_EQ(f.forecasts, theirs.keys);
    std::array<double, 16> figures{f.mae, f.naive_mae, f.mase, f.rel_mae, f.rwql, f.gwql, f.cover80, f.naive_cover80, f.width80,
                                   f.naive_width80, f.covering_series};
    for (std::size_t l = 0; l < kScoredCount; ++l) figures[11 + l] = f.calibration_error(l);
    for (std::size_t k = 0; k < figures.size(); ++k)
      expect_near(figures[k], theirs.figures[k], 1e-7 * std::max(1.0, theirs.figures[k]), fmt::format("row {}, figure {}", i, k));
  }
}

TEST(ScoringScript, CountsTheSameCrossedAndMissing) {
  std::int64_t crossed = 0, imputed = 0;
  for (const SeriesScore& s : scored().series) {
    crossed += s.crossed;
    imputed += s.imputed;
  }
  EXPECT_EQ(crossed, 30);
  EXPECT_EQ(imputed, 36);
}

struct ExpectedAlarms {
  Resource resource;
  ScoredTarget target;
  Limit limit;
  std::int64_t keys, events, onsets;
  double ap, naive_ap;
  double by_level[AlarmTally::kAlarmLevels][6];  // precision, recall, F1, naive F1, warned, lead (minutes)
};
const ExpectedAlarms kAlarms[] = {
    {Resource::kCpu,
     kTargets[0],
     kOwn,
     328,
     8,
     8,
     0.0370309561,
     0.0317615283,
     {{0, 0, 0, 0, 0, kNone},
      {0, 0, 0, 0, 0, kNone},
      {0, 0, 0, 0, 0, kNone},
      {0.0346320346, 1, 0.0669456067, 0.0683760684, 1, 5}}},
    {Resource::kCpu,
     kTargets[0],
     kShare,
     498,
     0,
     0,
     kNone,
     kNone,
     {{0, 0, 0, 0, kNone, kNone}, {0, 0, 0, 0, kNone, kNone}, {0, 0, 0, 0, kNone, kNone}, {0, 0, 0, 0, kNone, kNone}}},
    {Resource::kCpu,
     kTargets[1],
     kOwn,
     315,
     80,
     23,
     0.294867321,
     0.316645344,
     {{0.5, 0.0125, 0.0243902439, 0.0240963855, 0.0434782609, 30},
      {0.233333333, 0.0875, 0.127272727, 0.449704142, 0.260869565, 32.5},
      {0.255, 0.6375, 0.364285714, 0.417989418, 1, 50},
      {0.253968254, 1, 0.405063291, 0.405063291, 1, 55}}},
    {Resource::kCpu,
     kTargets[1],
     kShare,
     477,
     8,
     2,
     0.0586997792,
     0.0476760527,
     {{0, 0, 0, 0, 0, kNone},
      {0.0909090909, 0.125, 0.105263158, 0.0952380952, 0.5, 10},
      {0.0515463918, 0.625, 0.0952380952, 0.0597014925, 1, 47.5},
      {0.021978022, 1, 0.0430107527, 0.0492307692, 1, 55}}},
    {Resource::kDisk,
     kTargets[0],
     kOwn,
     479,
     12,
     11,
     0.0936238625,
     0.0630763241,
     {{0, 0, 0, 0, 0, kNone},
      {0.4, 0.166666667, 0.235294118, 0, 0.181818182, 5},
      {0.0322580645, 0.166666667, 0.0540540541, 0, 0.181818182, 5},
      {0.0320699708, 0.916666667, 0.061971831, 0.0722891566, 0.909090909, 5}}},
    {Resource::kDisk,
     kTargets[1],
     kOwn,
     459,
     135,
     41,
     0.401154955,
     0.356033986,
     {{0.333333333, 0.00740740741, 0.0144927536, 0.0138888889, 0.170731707, 25},
      {0.442307692, 0.17037037, 0.245989305, 0.514893617, 0.512195122, 30},
      {0.378472222, 0.807407407, 0.51536643, 0.481203008, 1, 55},
      {0.293859649, 0.992592593, 0.453468697, 0.454545455, 1, 55}}},
};

TEST(ScoringScript, GivesTheSameAlarms) {
  const Scored ours = scored();
  ASSERT_EQ(ours.limits.size(), std::size(kAlarms));
  for (std::size_t i = 0; i < std::size(kAlarms); ++i) {
    const ExpectedAlarms& theirs = kAlarms[i];
    const AlarmTally& a = ours.limits[i].alarms;
    EXPECT_EQ(ours.limits[i].resource, theirs.resource);
    EXPECT_EQ(ours.limits[i].target, theirs.target);
    EXPECT_EQ(ours.limits[i].limit, theirs.limit);
    EXPECT_EQ(a.forecasts, theirs.keys);
    EXPECT_EQ(a.events, theirs.events);
    EXPECT_EQ(a.onsets, theirs.onsets);
    // The script raises alarms of equal probability in the order of its rows, ours together.
    expect_near(a.own.ranked.average_precision(), theirs.ap, 2e-3, fmt::format("AP of row {}", i));
    expect_near(a.naive.ranked.average_precision(), theirs.naive_ap, 2e-3, fmt::format("naive AP of row {}", i));
    for (std::size_t l = 0; l < AlarmTally::kAlarmLevels; ++l) {
      const std::array<double, 6> figures{a.own.precision(l),    a.own.recall(l, a.events),
                                          a.own.f1(l, a.events), a.naive.f1(l, a.events),
                                          a.warned(l),           5 * a.median_lead_steps(l)};
      for (std::size_t k = 0; k < figures.size(); ++k)
        expect_near(figures[k], theirs.by_level[l][k], 1e-8, fmt::format("row {}, level {}, figure {}", i, l, k));
    }
  }
}

}  // namespace
}  // namespace headroom
