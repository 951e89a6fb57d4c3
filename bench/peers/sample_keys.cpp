#include "sample_keys.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "headroom/forecast/sorted_window.h"

namespace headroom::bench {
namespace {

constexpr double kWinsorisedAt = 0.98;
constexpr int kNoOther = 1 << 30;  // steps: a grid of one origin

bool recorded(const VmTrace& vm, std::int64_t slot, int steps_after) {
  for (const std::vector<float>& demand : vm.demand) {
    if (slot < 0 || slot + steps_after >= static_cast<std::int64_t>(demand.size())) return false;
    for (std::int64_t i = slot; i <= slot + steps_after; ++i)
      if (std::isnan(demand[static_cast<std::size_t>(i)])) return false;
  }
  return true;
}

double quantile(std::vector<double> x, double p) {
  std::sort(x.begin(), x.end());
  return quantile_of_sorted<double>(x, p);
}

struct Losses {
  std::vector<double> given, naive;
  double winsorised_ratio() const {
    const double most = quantile(naive, kWinsorisedAt);
    double above = 0, below = 0;
    for (double x : given) above += std::min(x, most);
    for (double x : naive) below += std::min(x, most);
    return above / below;
  }
};

}  // namespace

std::vector<Moment> draw_moments(const Fleet& fleet, std::size_t count, Instant from, Instant to, int steps_after,
                                 std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto steps = static_cast<std::uint64_t>(std::max<std::int64_t>(1, (to - from) / fleet.step));
  std::set<std::pair<std::size_t, Instant>> drawn;
  for (std::size_t tries = 0; tries < 100 * count && drawn.size() < count; ++tries) {
    const std::size_t vm = random() % fleet.vms.size();
    const Instant origin = from + static_cast<std::int64_t>(random() % steps) * fleet.step;
    if (recorded(fleet.vms[vm], (origin - fleet.vms[vm].start) / fleet.step, steps_after)) drawn.emplace(vm, origin);
  }
  std::vector<Moment> moments;
  for (const auto& [vm, origin] : drawn) moments.push_back({vm, origin});
  return moments;
}

SampleScorer::SampleScorer(const Fleet& fleet, const std::vector<Moment>& moments, const std::vector<ScoredTarget>& targets)
    : targets_(targets) {
  for (const Moment& moment : moments)
    scorers_.emplace(std::pair(moment.vm, moment.origin), Scorer(fleet, {{moment.origin, kNoOther}, targets}, moment.vm, 1));
}

void SampleScorer::add(const ReplayedForecast& replayed, const Horizons& horizons) {
  const auto found = scorers_.find({replayed.vm, replayed.origin});
  if (found != scorers_.end()) found->second.add(replayed, horizons);
}

void SampleScorer::add(const Moment& moment, Resource resource, std::size_t target, const ScoredQuantiles& base_units) {
  const auto found = scorers_.find({moment.vm, moment.origin});
  if (found != scorers_.end()) found->second.add(moment.vm, resource, target, moment.origin, base_units);
}

std::vector<double> SampleScorer::rwql() {
  std::vector<Losses> losses(targets_.size());
  for (auto& [key, scorer] : scorers_) {
    for (const SeriesScore& score : scorer.finish()) {  // each of one forecast
      if (score.idle) continue;
      const auto target = std::find(targets_.begin(), targets_.end(), score.target) - targets_.begin();
      losses[static_cast<std::size_t>(target)].given.push_back(score.wql / score.scale);
      losses[static_cast<std::size_t>(target)].naive.push_back(score.naive_wql / score.scale);
    }
  }
  std::vector<double> ratios;
  for (const Losses& of : losses) ratios.push_back(of.naive.empty() ? std::nan("") : of.winsorised_ratio());
  scored_ = losses.front().naive.size();
  return ratios;
}

}  // namespace headroom::bench
