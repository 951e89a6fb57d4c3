// How good forecasts of a recorded fleet are, in all the ways docs/accuracy.md explains: replay (replay.h), scores
// (scorer.h), limits (limits.h), and which VMs are worst. The fleet is replayed a block of VMs at a time, each block by a
// forecaster of its own: VMs do not influence each other's forecasts.
//
// Threads: `threads` inside; `make` and `progress` are called from any of them, one at a time. Equal input gives an equal
// report whatever their number. Memory: a few hundred KB a VM of the blocks being replayed, and 0.3 MB a resource, target and
// limit for each block that was. Errors: kInvalid for a grid outside the data or one that no forecast of can be scored;
// kFailed when progress ended it, or memory does.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "headroom/accuracy/limits.h"
#include "headroom/accuracy/scorer.h"
#include "headroom/base/result.h"

namespace headroom {

using ForecasterMaker = std::function<std::unique_ptr<Forecaster>()>;

struct AccuracyReportOptions {
  OriginGrid grid;
  std::vector<ScoredTarget> targets;        // horizons of the forecaster
  std::vector<Limit> limits{{true, 0.98}, {false, 0.8}, {false, 1.0}};
  int least_pairs = 288;
  std::size_t worst = 10;                   // how many of the worst series are named
  int threads = 1;
  std::function<bool(double share)> progress{};  // false: stop
};

// The calibration of single series under one target: how far the coverage of each is from what was said.
struct SeriesCalibration {
  ScoredTarget target;
  std::size_t series = 0;                   // that are not idle
  double forecasts = 0;                     // of a series, in the mean
  std::int64_t days = 0;
  std::array<double, kScoredCount> mean{}, p90{};  // over series
  std::array<double, kScoredCount> daily{};        // mean over single days; NaN without one
};

// One VM's resource over all targets, against naive-RE.
struct WorstByLoss {
  std::size_t vm = 0;
  Resource resource = Resource::kCpu;
  double loss_ratio = 0;                    // sum of WQL over that of naive-RE's
  std::int64_t forecasts = 0;
};
struct WorstByCalibration {
  std::size_t vm = 0;
  Resource resource = Resource::kCpu;
  ScoredTarget target;
  std::size_t level = 0;                    // of kScoredLevels
  double error = 0, below = 0, at_or_below = 0;
  std::int64_t forecasts = 0;
};

struct AccuracyReport {
  OriginGrid grid;
  Instant first, last;                      // begin of the first step, end of the last, of the fleet
  std::size_t vms = 0;
  Duration step{};
  std::int64_t forecasts = 0, crossed = 0;  // scored
  std::vector<ScoredTarget> targets;
  std::vector<SeriesScore> series;          // by VM, resource, target
  std::vector<AccuracyFigures> accuracy;
  std::vector<MeanFigures> mean;
  std::vector<SeriesCalibration> calibration;
  std::vector<LimitTally> limits;
  std::vector<WorstByLoss> worst_by_loss;
  std::vector<WorstByCalibration> worst_by_calibration;
};

Result<AccuracyReport> report_accuracy(const Fleet& fleet, const ForecasterMaker& make, const AccuracyReportOptions& options);

// A grid for a fleet nobody knows: after fourteen days or a third of what there is, whichever is less, every seventh step.
// Seven shares no factor with the steps of a day, so that every time of day occurs.
OriginGrid default_grid(const Fleet& fleet);

std::vector<SeriesCalibration> series_calibration(std::span<const SeriesScore> series);
// The worst first; idle series and those better than the yardstick, or as well calibrated as can be told, are left out.
std::vector<WorstByLoss> worst_by_loss(std::span<const SeriesScore> series, std::size_t most);
std::vector<WorstByCalibration> worst_by_calibration(std::span<const SeriesScore> series, std::size_t most);

}  // namespace headroom
