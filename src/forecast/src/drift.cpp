#include "headroom/forecast/drift.h"

#include <fmt/format.h>

#include <cmath>

namespace headroom {
namespace {

constexpr double kLossRaises = 1.25, kLossFalls = 1.15, kLeanRaises = 0.6, kLeanFalls = 0.5;
constexpr double kFewestTargets = 400;   // of a head, all resources together

// The model's live loss over that of no model, of all resources.
double live_ratio(const LiveReport& report, const HeadScore& card) {
  double model = 0, base = 0, targets = 0;
  for (const HeadAccuracy& head : report.heads) {
    if (head.horizon_steps != card.horizon_steps || head.peak != card.peak) continue;
    model += head.sampled.targets * head.sampled.model;
    base += head.sampled.targets * head.sampled.base;
    targets += head.sampled.targets;
  }
  return targets >= kFewestTargets && base > 0 ? model / base : std::nan("");
}

std::string sentence(const Drift& drift) {
  const double percent = 100 * std::abs(drift.loss_over_card - 1);
  const std::string measured = fmt::format("it loses {:.0f} % {} than its card promises, and calibration moves its quantiles by {:.2f} in the mean",
                                           percent, drift.loss_over_card < 1 ? "less" : "more", drift.lean);
  return drift.raised ? "the model does not fit this fleet any more: " + measured + "; train it again" : "the model fits: " + measured;
}

}  // namespace

void DriftAlarm::use(const ModelInfo& card) {
  card_ = card.scores;
  drift_ = {};
  drift_.text = "too few truths are known yet to tell whether the model fits";
}

const Drift& DriftAlarm::update(const LiveReport& report) {
  double live = 0, promised = 0;
  for (const HeadScore& card : card_) {
    const double ratio = live_ratio(report, card);
    if (std::isnan(ratio)) continue;
    live += ratio / static_cast<double>(card.loss_ratio);
    ++promised;
  }
  if (promised == 0) return drift_;
  drift_.known = true;
  drift_.loss_over_card = live / promised;
  drift_.lean = report.lean;
  if (drift_.loss_over_card >= kLossRaises || drift_.lean >= kLeanRaises) drift_.raised = true;
  if (drift_.loss_over_card < kLossFalls && drift_.lean < kLeanFalls) drift_.raised = false;
  drift_.text = sentence(drift_);
  return drift_;
}

}  // namespace headroom
