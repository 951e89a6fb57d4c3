// What forecasts said of demand going over a limit, against what came: alarms with their lead times, and whether a stated
// probability is the frequency it claims to be.
//
// Limits: a series' own quantile over what was known before its first origin (of series that move, with more than
// least_samples steps, where it lies above the scale), or a share of the allocation (CPU and memory that have one). Over a
// limit is what is over it by more than a millionth: a limit may be a value that a series takes again and again.
//
// Alarms, for origins that are not over the limit yet:
//   event    the target is over the limit. alarm at q: the q-quantile is. Precision, recall and F1 of the alarms at q.
//   AP       average precision when forecasts are ranked by exceedance(quantiles, limit); alarms of equal probability (to
//            1/16384) are raised together.
//   onset    a step over the limit after three known ones that are not. Its lead is from the earliest alarm among the origins
//            of the `steps` before it; warned: the share of onsets with one. Onsets no origin precedes so closely do not count.
// Reliability, for every origin: stated probability (of the forecast's whole band, JudgedForecast::exceedance) in bins,
// beside how often it happened; Brier score (Brier 1950) and its skill over always stating the frequency there was.
//
// Threads: one owner each; tallies of disjoint series merge. Sums are whole numbers, so that figures do not depend on the
// order of merging. Memory: 0.3 MB a resource, target and limit. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "headroom/accuracy/scorer.h"

namespace headroom {

struct Limit {
  bool own = true;  // a quantile of the series' own past; else a share of the allocation
  double at = 0.98;
  bool operator==(const Limit&) const = default;
};

// Events and others by stated probability.
class RankedEvents {
 public:
  void add(double probability, bool event);
  void merge(const RankedEvents& other);
  double average_precision() const;  // NaN without an event

 private:
  static constexpr std::size_t kBins = 1 << 14;
  struct Bin {
    std::uint32_t events = 0, others = 0;
  };
  std::vector<Bin> bins_ = std::vector<Bin>(kBins + 1);
};

struct AlarmTally {
  // q50, q90, q95, q99: kScoredLevels without the first.
  static constexpr std::size_t kAlarmLevels = kScoredCount - 1;
  struct Counts {
    std::array<std::int64_t, kAlarmLevels> alarms{}, hits{};
    RankedEvents ranked;
    double precision(std::size_t level) const;
    double recall(std::size_t level, std::int64_t events) const;
    double f1(std::size_t level, std::int64_t events) const;
  };
  std::int64_t forecasts = 0, events = 0, onsets = 0;
  Counts own, naive;
  std::array<std::vector<std::int64_t>, kAlarmLevels> leads;  // [level][steps]: onsets

  double warned(std::size_t level) const;             // NaN without an onset
  double median_lead_steps(std::size_t level) const;  // NaN when none was warned of
};

struct Reliability {
  // Bins of stated probability, finer where decisions are made; the last edge belongs to the last bin.
  static constexpr std::array<double, 13> kEdges{0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
  static constexpr std::size_t kBins = kEdges.size() - 1;
  struct Bin {
    std::int64_t forecasts = 0, events = 0, stated_e9 = 0;  // sum of the stated probabilities, in 1e-9
    double stated() const { return static_cast<double>(stated_e9) / 1e9 / static_cast<double>(forecasts); }
    double happened() const { return static_cast<double>(events) / static_cast<double>(forecasts); }
  };
  std::array<Bin, kBins> bins{};
  std::int64_t squared_e9 = 0;  // sum of (stated - happened)^2, in 1e-9

  void add(double probability, bool event);
  void merge(const Reliability& other);
  std::int64_t forecasts() const;
  std::int64_t events() const;
  double brier() const;
  double brier_skill() const;  // 1 - Brier over that of the frequency; NaN when it never or always happened
  double error() const;        // |stated - happened|, mean over the forecasts' bins
};

// One resource, target and limit over all series.
struct LimitTally {
  Resource resource = Resource::kCpu;
  ScoredTarget target;
  Limit limit;
  std::int64_t series = 0;
  AlarmTally alarms;
  Reliability reliability;
};

class LimitScorer {
 public:
  LimitScorer(std::vector<Limit> limits, int least_samples = 288);
  ~LimitScorer();
  LimitScorer(LimitScorer&&) noexcept;

  void take(const JudgedForecast& forecast);  // what ScorerOptions::judged is shown
  // The tallies, by resource, target (by number) and limit; call it once, last.
  std::vector<LimitTally> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Adds `from` to `into`; both of the same targets and limits.
void merge(std::vector<LimitTally>& into, std::vector<LimitTally> from);

}  // namespace headroom
