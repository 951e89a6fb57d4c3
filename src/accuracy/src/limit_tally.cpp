#include <algorithm>
#include <cmath>

#include "headroom/accuracy/limits.h"

namespace headroom {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(std::max<std::int64_t>(1, whole));
}
std::int64_t e9(double x) { return std::llround(x * 1e9); }

void merge(AlarmTally::Counts& into, const AlarmTally::Counts& from) {
  for (std::size_t l = 0; l < AlarmTally::kAlarmLevels; ++l) {
    into.alarms[l] += from.alarms[l];
    into.hits[l] += from.hits[l];
  }
  into.ranked.merge(from.ranked);
}

void merge(AlarmTally& into, const AlarmTally& from) {
  into.forecasts += from.forecasts;
  into.events += from.events;
  into.onsets += from.onsets;
  merge(into.own, from.own);
  merge(into.naive, from.naive);
  for (std::size_t l = 0; l < AlarmTally::kAlarmLevels; ++l)
    for (std::size_t k = 0; k < into.leads[l].size(); ++k) into.leads[l][k] += from.leads[l][k];
}

}  // namespace

void RankedEvents::add(double probability, bool event) {
  Bin& bin = bins_[static_cast<std::size_t>(std::clamp(probability, 0.0, 1.0) * kBins)];
  ++(event ? bin.events : bin.others);
}

void RankedEvents::merge(const RankedEvents& other) {
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    bins_[i].events += other.bins_[i].events;
    bins_[i].others += other.bins_[i].others;
  }
}

double RankedEvents::average_precision() const {
  double events = 0, raised = 0, sum = 0;
  for (auto bin = bins_.rbegin(); bin != bins_.rend(); ++bin) {
    events += bin->events;
    raised += bin->events + bin->others;
    if (bin->events > 0) sum += bin->events * events / raised;
  }
  return sum / events;
}

double AlarmTally::Counts::precision(std::size_t level) const { return share(hits[level], alarms[level]); }
double AlarmTally::Counts::recall(std::size_t level, std::int64_t events) const { return share(hits[level], events); }
double AlarmTally::Counts::f1(std::size_t level, std::int64_t events) const {
  const double p = precision(level), r = recall(level, events);
  return 2 * p * r / std::max(1e-12, p + r);
}

double AlarmTally::warned(std::size_t level) const {
  std::int64_t sum = 0;
  for (std::int64_t n : leads[level]) sum += n;
  return static_cast<double>(sum) / static_cast<double>(onsets);
}

double AlarmTally::median_lead_steps(std::size_t level) const {
  std::int64_t sum = 0;
  for (std::int64_t n : leads[level]) sum += n;
  if (sum == 0) return std::nan("");
  auto lead_of = [&](std::int64_t rank) {  // from 0
    std::size_t k = 0;
    while (rank >= leads[level][k]) rank -= leads[level][k++];
    return static_cast<double>(k);
  };
  return (lead_of((sum - 1) / 2) + lead_of(sum / 2)) / 2;
}

void Reliability::add(double probability, bool event) {
  const double p = std::clamp(probability, 0.0, 1.0);
  const auto above = std::upper_bound(kEdges.begin(), kEdges.end() - 1, p);
  Bin& bin = bins[static_cast<std::size_t>(above - kEdges.begin()) - 1];
  ++bin.forecasts;
  if (event) ++bin.events;
  bin.stated_e9 += e9(p);
  const double miss = p - (event ? 1 : 0);
  squared_e9 += e9(miss * miss);
}

void Reliability::merge(const Reliability& other) {
  for (std::size_t i = 0; i < kBins; ++i) {
    bins[i].forecasts += other.bins[i].forecasts;
    bins[i].events += other.bins[i].events;
    bins[i].stated_e9 += other.bins[i].stated_e9;
  }
  squared_e9 += other.squared_e9;
}

std::int64_t Reliability::forecasts() const {
  std::int64_t sum = 0;
  for (const Bin& bin : bins) sum += bin.forecasts;
  return sum;
}

std::int64_t Reliability::events() const {
  std::int64_t sum = 0;
  for (const Bin& bin : bins) sum += bin.events;
  return sum;
}

double Reliability::brier() const { return static_cast<double>(squared_e9) / 1e9 / static_cast<double>(forecasts()); }

double Reliability::brier_skill() const {
  const double frequency = static_cast<double>(events()) / static_cast<double>(forecasts());
  const double unskilled = frequency * (1 - frequency);
  return unskilled > 0 ? 1 - brier() / unskilled : std::nan("");
}

double Reliability::error() const {
  double sum = 0;
  for (const Bin& bin : bins)
    if (bin.forecasts > 0) sum += static_cast<double>(bin.forecasts) * std::abs(bin.stated() - bin.happened());
  return sum / static_cast<double>(forecasts());
}

void merge(std::vector<LimitTally>& into, std::vector<LimitTally> from) {
  for (LimitTally& tally : from) {
    const auto same = std::find_if(into.begin(), into.end(), [&](const LimitTally& t) {
      return t.resource == tally.resource && t.target == tally.target && t.limit == tally.limit;
    });
    if (same == into.end()) {
      into.push_back(std::move(tally));
      continue;
    }
    same->series += tally.series;
    merge(same->alarms, tally.alarms);
    same->reliability.merge(tally.reliability);
  }
}

}  // namespace headroom
