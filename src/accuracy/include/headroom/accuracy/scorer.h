// Scores forecasts of a recorded fleet against what came, as they are made: give every forecast once, read the figures at
// the end. Forecasts may come from any source that has quantiles at kScoredLevels.
//
// The figures, per resource and target; over series means weigh every series alike (idle ones count in mae only):
//   scale    mean |y_t - y_(t-1)| before the series' first origin; under a floor, or of under least_pairs steps: idle.
//   mae      mean |y - q50|. MASE is its mean over the series in their scale; relMAE that over the last value's.
//   WQL      mean over forecasts and kScoredLevels of 2 * pinball loss, in scale. rWQL = sum over series of WQL over that of
//            naive-RE, the headline: 1 = no better than the last value with the quantiles of its own errors of seven days
//            (under 50 errors the last value alone). gWQL: the geometric mean of the series' ratios, each within 1/100 and
//            100: robust against wild series.
//   cover80  share of q10 <= y <= q90. below and at_or_below tell P(y < q) and P(y <= q) apart, since idle VMs sit on exact
//            zeros; a calibration error at p is what p lies outside of the two. Equal means within 1e-6 of max(1, |y|).
// A forecast whose truth or origin is missing is not scored. A grid may not be left out where it is hard: an origin with
// truth and no forecast counts as naive-RE's forecast with its losses doubled. Crossed quantiles are sorted and counted.
// The scaled pinball loss is that of the M5 uncertainty competition (Makridakis et al. 2022), MASE is Hyndman and Koehler's
// (2006) with the scale taken before the first origin.
//
// Threads: one caller each; several scorers may share the fleet, each with its own VMs. Memory: 20 KB a series and target.
// Errors: none.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "headroom/accuracy/replay.h"
#include "headroom/accuracy/truth.h"
#include "headroom/model/band.h"

namespace headroom {

inline constexpr std::array<double, 5> kScoredLevels{0.10, 0.50, 0.90, 0.95, 0.99};
inline constexpr std::size_t kScoredCount = kScoredLevels.size();
using ScoredQuantiles = std::array<double, kScoredCount>;  // base units of the resource

inline constexpr std::int64_t kFewestOfADay = 24;

ScoredQuantiles scored_quantiles(const Band& band);

// P(demand > limit) interpolated from quantiles alone: linear between them, 0.9 and more below q10, 0.01 and less above q99.
// Quantiles sorted and limit in one unit.
double exceedance(const ScoredQuantiles& quantiles, double limit);

// A forecast beside what came, in the units of the truth. Alive during the call it is given to.
struct JudgedForecast {
  std::size_t vm;        // of the fleet
  Resource resource;
  std::size_t target;    // of ScorerOptions::targets
  ScoredTarget what;
  const Truth& truth;
  std::int64_t first_origin;  // of the series
  std::int64_t origin;        // both as steps
  double scale;          // of the series
  bool idle;
  double now, came;      // at the origin, at the target
  const ScoredQuantiles& said;   // sorted
  const ScoredQuantiles& naive;  // naive-RE's
  const Band* band;      // of the forecast, in base units; nullptr where it has only quantiles

  // P(the target > limit) as the forecast has it, from all it has.
  double exceedance(double limit) const;
};

// One series under one target: sums over its forecasts made means, in the units of the truth.
struct SeriesScore {
  std::size_t vm = 0;  // of the fleet
  Resource resource = Resource::kCpu;
  ScoredTarget target;
  std::int64_t forecasts = 0, imputed = 0, crossed = 0;
  bool idle = false;
  double scale = 0;  // NaN when too few steps precede the first origin
  double mae = 0, naive_mae = 0, wql = 0, naive_wql = 0, width80 = 0, naive_width80 = 0, cover80 = 0, naive_cover80 = 0;
  std::array<double, kScoredCount> below{}, at_or_below{};  // shares
  // The calibration error of a single day, UTC, by origin: the mean over the days of kFewestOfADay forecasts and more.
  std::int64_t days = 0;
  std::array<double, kScoredCount> daily_error{};

  double calibration_error(std::size_t level) const;
  double loss_ratio() const;  // WQL over naive-RE's, within 1/100 and 100
};

// All series of one resource under one target.
struct AccuracyFigures {
  Resource resource = Resource::kCpu;
  ScoredTarget target;
  std::size_t series = 0, idle = 0;  // series: those that are not idle
  std::int64_t forecasts = 0;
  double mae = 0, naive_mae = 0;
  // NaN without a series that is not idle.
  double mase = 0, rel_mae = 0, rwql = 0, gwql = 0, cover80 = 0, naive_cover80 = 0, width80 = 0, naive_width80 = 0;
  double covering_series = 0;  // share of series of 20 forecasts and more whose own cover80 is in [0.70, 0.95]
  std::array<double, kScoredCount> below{}, at_or_below{};

  double calibration_error(std::size_t level) const;
};

struct ScorerOptions {
  OriginGrid grid;
  std::vector<ScoredTarget> targets;
  int least_pairs = 288;
  // Is shown every forecast that is scored, in the order they are given; for figures beside these (limits.h).
  std::function<void(const JudgedForecast&)> judged{};
};

class Scorer {
 public:
  // Scores the VMs [first_vm, first_vm + vm_count) of the fleet, which must outlive the scorer.
  Scorer(const Fleet& fleet, ScorerOptions options, std::size_t first_vm = 0,
         std::size_t vm_count = std::numeric_limits<std::size_t>::max());
  ~Scorer();
  Scorer(Scorer&&) noexcept;
  Scorer& operator=(Scorer&&) noexcept;

  // One forecast: quantiles of options.targets[target] at an origin of the grid (replay.h). For one series and target
  // origins ascend.
  void add(std::size_t vm, Resource resource, std::size_t target, Instant origin, const ScoredQuantiles& quantiles) {
    add(vm, resource, target, origin, quantiles, nullptr);
  }
  // Every resource and target of one VM at once; horizons are the forecaster's, and must hold those of the targets.
  void add(const ReplayedForecast& replayed, const Horizons& horizons);

  // Call it once, last.
  std::vector<SeriesScore> finish();

 private:
  struct State;
  void add(std::size_t vm, Resource resource, std::size_t target, Instant origin, const ScoredQuantiles& quantiles,
           const Band* band);
  std::unique_ptr<State> state_;
};

// By resource, then in order of first appearance of the targets.
std::vector<AccuracyFigures> accuracy_figures(std::span<const SeriesScore> series);
// The mean over the resources, each alike, of one target's figures; NaN parts are left out.
struct MeanFigures {
  ScoredTarget target;
  double rwql = 0, gwql = 0, rel_mae = 0;
  std::array<double, kScoredCount> calibration_error{};
};
std::vector<MeanFigures> mean_over_resources(std::span<const AccuracyFigures> figures);

}  // namespace headroom
