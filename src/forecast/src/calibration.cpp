#include "calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "headroom/forecast/features.h"

namespace headroom {
namespace {

constexpr int kJudgementsAHorizon = 12;
constexpr double kEta = 0.005, kEtaOfRareLevels = 0.01, kRareLevel = 0.99;
constexpr float kMostTheta = 2;
constexpr float kCodesOfZ = 1024;                                     // a unit of z
constexpr float kMostCodedZ = 31;                                     // beyond any machine
constexpr std::int16_t kNothing = std::numeric_limits<std::int16_t>::min();  // was issued

// Downwards, so that what lies below zero does not end up as the exact zero that an idle VM sits on.
std::int16_t coded(float z) {
  return static_cast<std::int16_t>(std::floor(std::clamp(z, -kMostCodedZ, kMostCodedZ) * kCodesOfZ));
}

// The truth of a head at the newest step; NaN when too little of it was seen. Peaks forgive a missing step in twenty.
double truth_of(const Series& series, const Head& head) {
  if (!head.peak) return series.at(0);
  return series.missing(head.steps) * 20 > head.steps ? std::nan("") : series.highest(head.steps - 1, 0);
}

}  // namespace

int judging_stride(const Head& head) { return std::max(1, head.steps / kJudgementsAHorizon); }

float loss_remembered(const Head& head) { return static_cast<float>(std::exp(-judging_stride(head) / kLossForgetting)); }

Ground Ground::of(double now, double scale, double next_to_nothing) {
  return {to_z(0, now, scale), to_z(next_to_nothing, now, scale)};
}

std::array<float, kLevelCount> as_given(std::array<float, kLevelCount> z, const Ground& ground) {
  std::sort(z.begin(), z.end());
  for (float& q : z)
    if (q < ground.nothing) q = ground.zero;
  return z;
}

void track(std::array<float, kLevelCount>& tracked, const std::array<float, kLevelCount>& said, const Judgement& judgement, float most) {
  for (std::size_t l = 0; l < kLevelCount; ++l) {
    const bool covered = judgement.at_least <= said[l];
    if (covered && judgement.held_back) continue;
    const double p = kLevels[l];
    const double eta = p >= kRareLevel ? kEtaOfRareLevels : kEta;
    tracked[l] = std::clamp(tracked[l] + static_cast<float>(eta * (covered ? p - 1 : p)), -most, most);
  }
}

CalibrationPlan::CalibrationPlan(const std::vector<Head>& heads) {
  for (const Head& head : heads) {
    OfHead of{head, {}, 0, 0};
    of.issued.stride = judging_stride(head);
    of.remembered = loss_remembered(head);
    of.issued.kept = (head.steps + of.issued.stride - 1) / of.issued.stride;
    of.issued.first = issued_places_;
    issued_places_ += static_cast<std::size_t>(of.issued.kept);
    const auto same = [&](const Waiting& origins) { return origins.stride == of.issued.stride; };
    const auto found = std::find_if(origins_.begin(), origins_.end(), same);
    of.origins = static_cast<std::size_t>(found - origins_.begin());
    if (found == origins_.end()) origins_.push_back(of.issued);
    else found->kept = std::max(found->kept, of.issued.kept);
    heads_.push_back(of);
  }
  for (Waiting& origins : origins_) {
    origins.first = origin_places_;
    origin_places_ += static_cast<std::size_t>(origins.kept);
  }
}

Calibration::Calibration(const CalibrationPlan& plan)
    : plan_(&plan), thetas_(std::make_unique<Quantiles[]>(plan.heads_.size())),
      shifts_(std::make_unique<LevelShifts[]>(plan.heads_.size())),
      origins_(std::make_unique<Origin[]>(plan.origin_places_)), issued_(std::make_unique<Issued[]>(plan.issued_places_)) {
  forget_issued();
}

void Calibration::forget_issued() {
  for (std::size_t i = 0; i < plan_->issued_places_; ++i) issued_[i].z[0] = kNothing;
}

void Calibration::settle(const Series& series, std::int64_t step, bool stalled, std::vector<Judgement>& judged) {
  if (step != newest_ + 1) forget_issued();  // places are told by the steps between
  newest_ = step;
  if (stalled) last_stall_ = step;
  std::optional<double> nothing;
  for (std::size_t h = 0; h < plan_->heads_.size(); ++h) {
    const CalibrationPlan::OfHead& of = plan_->heads_[h];
    const std::int64_t origin = step - of.head.steps;
    if (origin < 0 || origin % of.issued.stride != 0) continue;
    Issued& place = issued_[place_of(of.issued, origin)];
    const Issued issued = place;
    if (issued.z[0] == kNothing) continue;
    place.z[0] = kNothing;
    const double truth = truth_of(series, of.head);
    if (std::isnan(truth)) continue;
    Quantiles z;
    for (std::size_t l = 0; l < kLevelCount; ++l) z[l] = static_cast<float>(issued.z[l]) / kCodesOfZ;
    const Origin& at = origins_[place_of(plan_->origins_[of.origins], origin)];
    const bool lower_bound = of.head.peak ? last_stall_ > origin : stalled;
    // What a stalled interval delivered was at least its lifted value without the largest lift.
    const float at_least = to_z(lower_bound ? truth / (1 + kStallLift) : truth, at.now, at.scale);
    if (!nothing) nothing = series.next_to_nothing();
    const Ground ground = Ground::of(at.now, at.scale, *nothing);
    Judgement judgement{h, origin, to_z(truth, at.now, at.scale), at_least, lower_bound, ground, {}};
    track(thetas_[h], z, judgement, kMostTheta);
    const Quantiles sorted = as_given(z, ground);
    shifts_[h].learn(sorted, judgement, of.remembered);
    judgement.z = as_given(shifted(sorted, issued.shifts), ground);
    judged.push_back(judgement);
  }
}

Calibration::Given Calibration::give(std::size_t head, std::int64_t origin, const Series& series, const Ground& ground,
                                     const Quantiles& model) {
  Quantiles moved = model;
  for (std::size_t l = 0; l < kLevelCount; ++l) moved[l] += thetas_[head][l];
  const LevelShifts::Packed shifts = shifts_[head].given();
  const bool judged = issue(plan_->heads_[head], origin, series, moved, shifts);
  return {as_given(shifted(as_given(moved, ground), shifts), ground), judged};
}

bool Calibration::issue(const CalibrationPlan::OfHead& of, std::int64_t origin, const Series& series, const Quantiles& moved,
                        const LevelShifts::Packed& shifts) {
  if (series.steps_since_value() > 0 || origin != newest_ || origin % of.issued.stride != 0) return false;
  origins_[place_of(plan_->origins_[of.origins], origin)] = {series.now(), static_cast<float>(series.scale())};
  Issued& place = issued_[place_of(of.issued, origin)];
  std::ranges::transform(moved, place.z.begin(), coded);
  place.shifts = shifts;
  return true;
}

}  // namespace headroom
