#include "headroom/forecast/live_accuracy.h"

#include <algorithm>
#include <cmath>

#include "held_out.h"
#include "rows.h"

namespace headroom {
namespace {

// The share nearest to `level` between the truths surely below a bound and those not above it.
double nearest(double level, double below, double at_or_below) { return std::clamp(level, below, at_or_below); }

double over(double sum, double count) { return count > 0 ? sum / count : 0; }

}  // namespace

double pinball_loss(const std::array<float, kLevelCount>& quantiles, float truth) {
  double loss = 0;
  for (std::size_t l = 0; l < kLevelCount; ++l) loss += pinball(kLevels[l], static_cast<double>(truth - quantiles[l]));
  return loss / kLevelCount;
}

double HeadAccuracy::held(std::size_t level) const { return nearest(kLevels[level], below[level], at_or_below[level]); }

double LiveReport::judgements() const {
  double sum = 0;
  for (const HeadAccuracy& head : heads) sum += head.judgements;
  return sum;
}

double LiveReport::held(std::size_t level) const {
  double below = 0, at_or_below = 0;
  for (const HeadAccuracy& head : heads) {
    below += head.judgements * head.below[level];
    at_or_below += head.judgements * head.at_or_below[level];
  }
  const double all = judgements();
  return all > 0 ? nearest(kLevels[level], below / all, at_or_below / all) : 0;
}

double LiveReport::given_over_model() const {
  double sum = 0, count = 0;
  for (const HeadAccuracy& head : heads) {
    if (head.sampled.targets < kJudgementsUntilSure || head.sampled.model <= 0) continue;
    sum += head.sampled.given / head.sampled.model;
    ++count;
  }
  return count > 0 ? sum / count : 1;
}

void LiveAccuracy::Sums::scale(double by) {
  for (double* sum : {&judgements, &loss, &sampled.targets, &sampled.given, &sampled.model, &sampled.base, &sampled.rival_targets,
                      &sampled.model_beside_rival, &sampled.rival})
    *sum *= by;
  for (std::size_t l = 0; l < kLevelCount; ++l) below[l] *= by, at_or_below[l] *= by;
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
  for (std::size_t l = 0; l < kLevelCount; ++l) {
    sums.below[l] += truth < given[l] ? 1 : 0;
    sums.at_or_below[l] += truth <= given[l] ? 1 : 0;
  }
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

LiveReport LiveAccuracy::report() const {
  LiveReport report;
  const std::vector<Head> heads = heads_of(horizon_steps_);
  for (Resource r : kAllResources)
    for (std::size_t h = 0; h < heads_; ++h) {
      const Sums& sums = sums_[index(r) * heads_ + h];
      HeadAccuracy head{r, heads[h].steps, heads[h].peak, sums.judgements, {}, {}, over(sums.loss, sums.judgements), sums.sampled};
      for (std::size_t l = 0; l < kLevelCount; ++l) {
        head.below[l] = over(sums.below[l], sums.judgements);
        head.at_or_below[l] = over(sums.at_or_below[l], sums.judgements);
      }
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
