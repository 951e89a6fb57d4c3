#include "headroom/migration/correction.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headroom::migration {
namespace {

constexpr double kKept = 0.9;               // of the weight of what was known, when a newer migration comes
constexpr double kPriorWeight = 1;
constexpr double kPriorDeviation = 0.13;    // with how little it rests on, half as much again for 95 of 100
constexpr double kLean = 2;                 // the wider knowledge counts as so many migrations
constexpr double kLeastDeviation = 0.05;    // however well it went so far
constexpr double kFarOff = 3;               // deviations
constexpr double kMostSurprise = 0.9;       // of the logarithm: two and a half times
constexpr double kOneSided95 = 1.645;       // of the normal distribution
constexpr double kLeastFactor = 0.05, kMostTimes = 20;  // of a predicted duration
constexpr double kMostLeverage = 4;
constexpr std::array<double, 3> kUsualSeconds{2, 5, 30};
constexpr double kPriorDowntimeDeviation = 100, kLeastDowntimeDeviation = 20;  // ms

double seconds(Duration d) { return static_cast<double>(d.count()) / 1000; }
Duration rounded_up(double seconds) { return Duration(static_cast<std::int64_t>(std::ceil(1000 * seconds))); }

Shift prior_downtime() { return {kPriorWeight, 0, kPriorDowntimeDeviation * kPriorDowntimeDeviation}; }

Shift leaning(const Shift& own, const Shift& wider) {
  const double all = own.weight + kLean;
  return {all, (own.weight * own.mean_ms + kLean * wider.mean_ms) / all, (own.weight * own.variance + kLean * wider.variance) / all};
}

// West, CACM 1979, with falling weights. `about`: what was expected, and how far it scatters.
void add(Shift& shift, double ms, const Shift& about) {
  const double most = kFarOff * std::max(kLeastDowntimeDeviation, std::sqrt(about.variance * (1 + 1 / about.weight)));
  const double held = std::clamp(ms, about.mean_ms - most, about.mean_ms + most);
  const double old = kKept * shift.weight, off = held - shift.mean_ms;
  shift.weight = old + 1;
  shift.mean_ms += off / shift.weight;
  shift.variance = (old * shift.variance + old / shift.weight * off * off) / shift.weight;
}

void add(Moments& moments, double predicted, double measured, const Outlook& about) {
  const double expected = about.expected_seconds(predicted), far = std::exp(std::min(kFarOff * about.deviation(predicted), kMostSurprise));
  const double held = std::clamp(measured, expected / far, expected * far);
  moments = moments * kKept;
  // Between what was expected and what came: by the former alone a late one would weigh more than one as early.
  moments.add(predicted, held, std::sqrt(expected * held) / about.level());
}

}  // namespace

void Moments::add(double predicted, double measured, double scale) {
  const double w = 1 / (scale * scale);
  *this += {1, w, w * predicted, w * predicted * predicted, w * measured, w * predicted * measured, w * measured * measured};
}

Moments& Moments::operator+=(const Moments& o) {
  weight += o.weight, one += o.one, x += o.x, xx += o.xx, y += o.y, xy += o.xy, yy += o.yy;
  return *this;
}

Moments Moments::operator*(double t) const { return {t * weight, t * one, t * x, t * xx, t * y, t * xy, t * yy}; }

Moments Moments::of_factor(double weight, double factor, double variance) {
  Moments m;
  for (double usual : kUsualSeconds) m.add(usual, factor * usual, usual);
  m = m * (weight / m.weight);
  m.yy += weight * variance * factor * factor;
  return m;
}

// The normal equations of two unknowns. Where all were alike they do not tell the fixed part from the factor: it is all factor then.
Outlook::Outlook(const Moments& m, double downtime_shift_ms) : m_(m), downtime_shift_ms_(downtime_shift_ms) {
  determinant_ = m.one * m.xx - m.x * m.x;
  if (determinant_ <= 1e-9 * m.one * m.xx) determinant_ = 0;
  factor_ = determinant_ > 0 ? (m.xy * m.one - m.x * m.y) / determinant_ : m.xy / m.xx;
  if (determinant_ > 0) fixed_ = (m.y * m.xx - m.xy * m.x) / determinant_;
  if (factor_ < kLeastFactor || factor_ > kMostTimes) {
    factor_ = std::clamp(factor_, kLeastFactor, kMostTimes);
    fixed_ = (m.y - factor_ * m.x) / m.one;
  }
  const double squares = m.yy - 2 * fixed_ * m.y - 2 * factor_ * m.xy + fixed_ * fixed_ * m.one + 2 * fixed_ * factor_ * m.x +
                         factor_ * factor_ * m.xx;
  variance_ = std::max(squares / (std::max(m.weight - 1, 1.0) * level() * level()), kLeastDeviation * kLeastDeviation);
}

double Outlook::expected_seconds(double predicted) const {
  return std::clamp(fixed_ + factor_ * predicted, predicted / kMostTimes, predicted * kMostTimes);
}

// How one more migration scatters about the line, and how well the line is known there.
double Outlook::deviation(double predicted) const {
  const double scale = expected_seconds(predicted) / level();
  double leverage = 1 / m_.weight;
  if (determinant_ > 0)
    leverage = std::max(leverage, (m_.xx - 2 * predicted * m_.x + predicted * predicted * m_.one) / (determinant_ * scale * scale));
  return std::sqrt(variance_ * (1 + std::min(leverage, kMostLeverage)));
}

Duration Outlook::expected(Duration predicted) const { return rounded_up(expected_seconds(seconds(predicted))); }

Duration Outlook::late(Duration predicted) const {
  const double s = seconds(predicted);
  return std::max(expected(predicted), rounded_up(expected_seconds(s) * std::exp(kOneSided95 * deviation(s))));
}

Duration Outlook::downtime(Duration predicted) const { return std::max(Duration(0), predicted + Duration(std::llround(downtime_shift_ms_))); }

Duration Outlook::predicted_for(Duration expected) const {
  const double s = seconds(expected);
  return rounded_up(std::clamp((s - fixed_) / factor_, std::max(0.0, s / kMostTimes), std::max(0.0, s * kMostTimes)));
}

Correction::Correction() : fleet_{Moments::of_factor(kPriorWeight, 1, kPriorDeviation * kPriorDeviation), prior_downtime()} {}

// Who has learnt nothing yet begins with the prior.
Correction::Correction(const Learnt& fleet, std::map<HostPair, Learnt> pairs) : Correction() {
  if (fleet.duration.weight > 0) fleet_.duration = fleet.duration;
  if (fleet.downtime.weight > 0) fleet_.downtime = fleet.downtime;
  pairs_ = std::move(pairs);
}

void Correction::learn(HostPair pair, Duration predicted, Duration measured) {
  if (predicted.count() <= 0 || measured.count() <= 0) return;
  const double x = seconds(predicted), y = seconds(measured);
  const Outlook about_pair = of(pair), about_fleet(fleet_.duration);
  add(pairs_[pair].duration, x, y, about_pair);
  add(fleet_.duration, x, y, about_fleet);
}

void Correction::learn_downtime(HostPair pair, Duration predicted, Duration measured) {
  if (predicted.count() < 0 || measured.count() < 0) return;
  const auto ms = static_cast<double>((measured - predicted).count());
  Shift& own = pairs_[pair].downtime;
  const Shift about_pair = leaning(own, fleet_.downtime), about_fleet = fleet_.downtime;
  add(own, ms, about_pair);
  add(fleet_.downtime, ms, about_fleet);
}

Outlook Correction::of(HostPair pair) const {
  const auto own = pairs_.find(pair);
  const Learnt learnt = own == pairs_.end() ? Learnt{} : own->second;
  Moments moments = fleet_.duration * (kLean / fleet_.duration.weight);
  moments += learnt.duration;
  return Outlook(moments, leaning(learnt.downtime, fleet_.downtime).mean_ms);
}

}  // namespace headroom::migration
