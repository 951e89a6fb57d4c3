#include "headroom/forecast/live_accuracy.h"

#include <algorithm>
#include <cmath>

#include "held_out.h"
#include "rows.h"

namespace headroom {
namespace {

double over(double sum, double count) { return count > 0 ? sum / count : 0; }

// The mean over the heads that have enough targets of `above` over `below`; 1 when none has.
double mean_ratio(const std::vector<HeadAccuracy>& heads, double SampledLosses::*targets, double SampledLosses::*above,
                  double SampledLosses::*below) {
  double sum = 0, count = 0;
  for (const HeadAccuracy& head : heads) {
    if (head.sampled.*targets < kJudgementsUntilSure || head.sampled.*below <= 0) continue;
    sum += head.sampled.*above / head.sampled.*below;
    ++count;
  }
  return count > 0 ? sum / count : 1;
}

}  // namespace

double pinball_loss(const std::array<float, kLevelCount>& quantiles, float truth) {
  double loss = 0;
  for (std::size_t l = 0; l < kLevelCount; ++l) loss += pinball(kLevels[l], static_cast<double>(truth - quantiles[l]));
  return loss / kLevelCount;
}

std::array<double, kLevelCount> held_parts(const std::array<float, kLevelCount>& quantiles, float truth) {
  std::array<double, kLevelCount> parts{};
  const auto [first, end] = std::equal_range(quantiles.begin(), quantiles.end(), truth);
  const auto i = static_cast<std::size_t>(first - quantiles.begin()), j = static_cast<std::size_t>(end - quantiles.begin());
  // What is promised of the number itself begins and ends somewhere between two levels.
  const double from = i == 0 ? 0 : (kLevels[i - 1] + kLevels[std::min(i, kLevelCount - 1)]) / 2;
  const double to = j == kLevelCount ? 1 : (kLevels[j == 0 ? 0 : j - 1] + kLevels[j]) / 2;
  for (std::size_t l = i; l < j; ++l) parts[l] = (kLevels[l] - from) / (to - from);
  for (std::size_t l = j; l < kLevelCount; ++l) parts[l] = 1;
  return parts;
}

double LiveReport::judgements() const {
  double sum = 0;
  for (const HeadAccuracy& head : heads) sum += head.judgements;
  return sum;
}

double LiveReport::held(std::size_t level) const {
  double sum = 0;
  for (const HeadAccuracy& head : heads) sum += head.judgements * head.held[level];
  return over(sum, judgements());
}

double LiveReport::rival_targets() const {
  double sum = 0;
  for (const HeadAccuracy& head : heads) sum += head.sampled.rival_targets;
  return sum;
}

double LiveReport::rival_over_model() const {
  return mean_ratio(heads, &SampledLosses::rival_targets, &SampledLosses::rival, &SampledLosses::model_beside_rival);
}

double LiveReport::given_over_model() const {
  return mean_ratio(heads, &SampledLosses::targets, &SampledLosses::given, &SampledLosses::model);
}

void LiveAccuracy::Sums::scale(double by) {
  for (double* sum : {&judgements, &loss, &sampled.targets, &sampled.given, &sampled.model, &sampled.base, &sampled.rival_targets,
                      &sampled.model_beside_rival, &sampled.rival})
    *sum *= by;
  for (double& sum : held) sum *= by;
}

LiveAccuracy::LiveAccuracy(const std::vector<int>& horizon_steps, Duration step)
    : horizon_steps_(horizon_steps),
      kept_a_step_(std::exp(-static_cast<double>(step.count()) / static_cast<double>(kForgetting.count()))),
      heads_(heads_of(horizon_steps).size()),
      sums_(kResourceCount * heads_) {}

void LiveAccuracy::forget_until(std::int64_t step) {
  if (newest_ >= 0 && step > newest_) {
    const double kept = std::pow(kept_a_step_, static_cast<double>(step - newest_));
    for (Sums& sums : sums_) sums.scale(kept);
    for (ChanceBin& bin : chances_) bin.judgements *= kept, bin.said *= kept, bin.happened *= kept;
  }
  newest_ = std::max(newest_, step);
}

void LiveAccuracy::note(Resource resource, std::size_t head, float truth, const Quantiles& given) {
  Sums& sums = sums_[index(resource) * heads_ + head];
  sums.judgements += 1;
  sums.loss += pinball_loss(given, truth);
  const auto parts = held_parts(given, truth);
  for (std::size_t l = 0; l < kLevelCount; ++l) sums.held[l] += parts[l];
}

void LiveAccuracy::note_sampled(Resource resource, std::size_t head, float truth, const Quantiles& given, const Quantiles& model,
                                const Quantiles& base, const Quantiles* rival) {
  SampledLosses& sums = sums_[index(resource) * heads_ + head].sampled;
  const double of_model = pinball_loss(model, truth);
  sums.targets += 1;
  sums.given += pinball_loss(given, truth);
  sums.model += of_model;
  sums.base += pinball_loss(base, truth);
  if (rival == nullptr) return;
  sums.rival_targets += 1;
  sums.model_beside_rival += of_model;
  sums.rival += pinball_loss(*rival, truth);
}

void LiveAccuracy::note_chance(double chance, bool passed) {
  const auto bin = static_cast<std::size_t>(std::clamp(chance, 0.0, 1.0) * kChanceBins);
  ChanceBin& sums = chances_[std::min(bin, kChanceBins - 1)];
  sums.judgements += 1;
  sums.said += chance;
  sums.happened += passed ? 1 : 0;
}

void LiveAccuracy::forget_models() {
  for (Sums& sums : sums_) sums.sampled = {};
}

void LiveAccuracy::forget_rival() {
  for (Sums& sums : sums_) sums.sampled.rival_targets = sums.sampled.model_beside_rival = sums.sampled.rival = 0;
}

LiveReport LiveAccuracy::report() const {
  LiveReport report;
  const std::vector<Head> heads = heads_of(horizon_steps_);
  for (Resource r : kAllResources)
    for (std::size_t h = 0; h < heads_; ++h) {
      const Sums& sums = sums_[index(r) * heads_ + h];
      HeadAccuracy head{r, heads[h].steps, heads[h].peak, sums.judgements, {}, over(sums.loss, sums.judgements), sums.sampled};
      for (std::size_t l = 0; l < kLevelCount; ++l) head.held[l] = over(sums.held[l], sums.judgements);
      SampledLosses& sampled = head.sampled;
      for (double* loss : {&sampled.given, &sampled.model, &sampled.base}) *loss = over(*loss, sampled.targets);
      for (double* loss : {&sampled.model_beside_rival, &sampled.rival}) *loss = over(*loss, sampled.rival_targets);
      report.heads.push_back(head);
    }
  report.chances = chances_;
  for (ChanceBin& bin : report.chances) bin.said = over(bin.said, bin.judgements), bin.happened = over(bin.happened, bin.judgements);
  return report;
}

}  // namespace headroom
