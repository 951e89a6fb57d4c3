// A seeded sample of forecasts to compare peers on that are too slow for a whole grid: some moments of some VMs, all four
// resources each. Single losses are heavy-tailed, so they are winsorised: one counts at most as much as naive-RE's loss at
// its 98 % quantile over the sample. The losses themselves are the scorer's (accuracy/scorer.h).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "headroom/accuracy/scorer.h"

namespace headroom::bench {

struct Moment {
  std::size_t vm = 0;  // of the fleet
  Instant origin;      // as OriginGrid names it
};
// `count` different ones in [from, to), whose origin and next `steps_after` steps were recorded. Fewer where there are not
// so many; ascending by VM, then origin.
std::vector<Moment> draw_moments(const Fleet& fleet, std::size_t count, Instant from, Instant to, int steps_after,
                                 std::uint64_t seed);

class SampleScorer {
 public:
  // The fleet must outlive it.
  SampleScorer(const Fleet& fleet, const std::vector<Moment>& moments, const std::vector<ScoredTarget>& targets);

  // As Scorer::add; what is not of the sample is ignored.
  void add(const ReplayedForecast& replayed, const Horizons& horizons);
  void add(const Moment& moment, Resource resource, std::size_t target, const ScoredQuantiles& base_units);

  // By target: the winsorised losses, in scale, over naive-RE's. Call it once, last.
  std::vector<double> rwql();
  std::size_t scored() const { return scored_; }  // series and moments that are not idle; known after rwql()

 private:
  std::vector<ScoredTarget> targets_;
  std::map<std::pair<std::size_t, Instant>, Scorer> scorers_;
  std::size_t scored_ = 0;
};

}  // namespace headroom::bench
