#include "headroom/forecast/features.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "analogues.h"
#include "headroom/base/check.h"
#include "sort_few.h"

namespace headroom {
namespace {

constexpr float kMissing = __builtin_nanf("");
constexpr std::array<int, 6> kFarLags{18, 24, 36, 48, 72, 144};
constexpr std::array<double, 7> kDayLevels{.1, .25, .5, .75, .9, .95, .99};
constexpr std::array<int, 4> kDaysAgo{1, 2, 3, 7};
constexpr std::array<int, 3> kHighWindows{6, 12, 72};
constexpr std::array<int, 4> kCycleHours{2, 4, 6, 12};

// Hands out the places of the feature vector one after another.
class Writer {
 public:
  Writer(const Series& series, std::span<float> out)
      : series_(series), out_(out), now_(series.now()), per_scale_(1 / series.scale()) {}
  void raw(double x) { out_[next_++] = static_cast<float>(x); }
  void relative(double x) { raw((x - now_) * per_scale_); }
  std::size_t written() const { return next_; }
  const Series& series() const { return series_; }

 private:
  const Series& series_;
  std::span<float> out_;
  std::size_t next_ = 0;
  double now_, per_scale_;
};

// The values that are known among some.
struct Known {
  float sum = 0, highest = kMissing;
  int count = 0;

  void add(float x) {
    if (std::isnan(x)) return;
    sum += x, ++count;
    if (!(x <= highest)) highest = x;
  }
  float mean() const { return count > 0 ? sum / static_cast<float>(count) : kMissing; }
};

float mean_of(const Series& s, int from, int to) {
  Known values;
  for (int back = from; back >= to; --back) values.add(s.at(back));
  return values.mean();
}

// The highest of the hour ahead, on each of the last seven days; the first is yesterday's.
using WeekOfHighs = std::array<float, 7>;
WeekOfHighs next_hour_highs(const Series& s) {
  WeekOfHighs highs;
  for (int day = 1; day <= 7; ++day)
    highs[static_cast<std::size_t>(day - 1)] = s.highest(day * kStepsPerDay - 1, day * kStepsPerDay - kStepsPerHour);
  return highs;
}

void recent(Writer& w) {
  const Series& s = w.series();
  for (int back = 1; back <= 12; ++back) w.relative(s.at(back));
  for (int back : kFarLags) w.relative(s.at(back));
  for (int window : Series::kWindows) w.relative(s.mean(window));
  const double scale = s.scale();
  w.raw(s.mean_change(12) / scale);
  w.raw(s.mean_change(72) / scale);
  for (int window : kHighWindows) w.relative(s.highest(window - 1, 0));
  w.relative(s.lowest(11, 0));
  w.relative(s.lowest(71, 0));
}

void distribution(Writer& w) {
  const Series& s = w.series();
  const SortedDay day = s.day();
  const bool empty = day.size() == 0;
  w.relative(empty ? kMissing : day[0]);
  w.relative(empty ? kMissing : day[day.size() - 1]);
  w.relative(s.week_high());
  for (double p : kDayLevels) w.relative(day.quantile(p));
  for (std::size_t l = 0; l < Series::kWeekLevels.size(); ++l) w.relative(s.week_quantile(l));
  w.raw(empty ? 0.0 : static_cast<double>(day.rank(1e-9F)) / day.size());   // share of zeros
  w.raw(empty ? 0.0 : static_cast<double>(day.rank(s.now())) / day.size());
}

// The same time of day some days ago, looked at from the steps that the horizons are about.
void seasons(Writer& w, const WeekOfHighs& highs) {
  const Series& s = w.series();
  std::array<float, 7> same_step{}, same_hour{};
  int known_steps = 0, known_hours = 0;
  for (int days : kDaysAgo) {
    const int back = days * kStepsPerDay;
    w.relative(s.at(back - 1));
    w.relative(mean_of(s, back - 1, back - 3));
    w.relative(mean_of(s, back - 10, back - 14));
    w.relative(highs[static_cast<std::size_t>(days - 1)]);
    if (days == 1 || days == 7) w.relative(s.highest(back - 1, back - 72));
  }
  for (int days = 1; days <= 7; ++days) {
    const float next = s.at(days * kStepsPerDay - 1);
    const float in_an_hour = s.at(days * kStepsPerDay - 12);
    if (!std::isnan(next)) same_step[static_cast<std::size_t>(known_steps++)] = next;
    if (!std::isnan(in_an_hour)) same_hour[static_cast<std::size_t>(known_hours++)] = in_an_hour;
  }
  auto median = [](std::array<float, 7>& x, int n) {
    sort_few(std::span(x).first(static_cast<std::size_t>(n)));
    return n > 0 ? x[static_cast<std::size_t>(n / 2)] : kMissing;
  };
  w.relative(median(same_step, known_steps));
  w.relative(median(same_hour, known_hours));
}

// Jobs that run every hour: the last 24 hours seen at the minutes of the next three steps.
void hourly(Writer& w) {
  const Series& s = w.series();
  float highest = kMissing;
  for (int ahead = 1; ahead <= 3; ++ahead) {
    Known values;
    for (int hour = 1; hour <= 24; ++hour) values.add(s.at(hour * kStepsPerHour - ahead));
    w.relative(values.mean());
    if (ahead == 1) highest = values.highest;
  }
  w.relative(highest);
}

// What comes round in some hours, and every day.
void cycles(Writer& w, const WeekOfHighs& highs) {
  const Series& s = w.series();
  for (int hours : kCycleHours) {
    const int back = hours * kStepsPerHour;
    w.relative(s.at(back - 1));
    w.relative(s.highest(back - 1, back - kStepsPerHour));
  }
  Known days;
  for (float high : highs) days.add(high);
  w.relative(days.highest);
  w.relative(days.mean());
}

// When bursts came, so that the next one can be told: the last, the two gaps before it, and how far into a gap now is.
void bursts(Writer& w) {
  const Series& s = w.series();
  auto since = [&](std::size_t n) {
    const std::int64_t steps = s.steps_since_burst(n);
    return steps < 0 ? static_cast<double>(kMissing) : static_cast<double>(steps);
  };
  const double last = since(0), gap = since(1) - last, earlier_gap = since(2) - since(1);
  w.raw(last);
  w.raw(gap);
  w.raw(last / gap);
  w.raw(gap / earlier_gap);
}

// What followed the stretches of the week that were most like the last hour, and the last three.
void alike(Writer& w) {
  for (const Analogues& a : find_analogues(w.series())) {
    for (const Followed& f : {a.next, a.in_3_steps, a.in_12_steps, a.peak_of_12})
      w.relative(f.nearest), w.relative(f.median), w.relative(f.highest);
    w.raw(a.distance), w.raw(a.farthest);
  }
}

void state(Writer& w, double ceiling) {
  const Series& s = w.series();
  const double scale = s.scale();
  w.raw(std::log(s.now() + scale));
  w.raw(std::log(scale));
  w.raw(s.now() / scale);
  w.raw(ceiling > 0 ? s.now() / ceiling : kMissing);
  w.raw(ceiling > 0 ? scale / ceiling : kMissing);
  w.raw(s.steps_since_value());
  w.raw(s.valid_in_week());
  w.raw(std::min(s.steps_since_jump(), kStepsPerDay));
  w.raw(s.stalled_share(3));
  w.raw(s.stalled_share(12));
}

void others(Writer& w, const VmSeries& vm) {
  for (Resource r : kAllResources) {
    const Series& s = vm[r];
    const double per_scale = s.has_value() ? 1 / s.scale() : static_cast<double>(kMissing);
    w.raw((s.now() - s.at(1)) * per_scale);
    w.raw((s.now() - s.mean(12)) * per_scale);
    w.raw((s.now() - s.mean(kStepsPerDay)) * per_scale);
    w.raw(s.mean_change(12) * per_scale);
  }
}

}  // namespace

void compute_features(const VmSeries& vm, Resource resource, std::int64_t step, std::span<float> out) {
  HEADROOM_CHECK(out.size() >= kFeatureCount, "a feature vector has kFeatureCount places");
  Writer w(vm[resource], out);
  recent(w);
  distribution(w);
  const WeekOfHighs highs = next_hour_highs(vm[resource]);
  seasons(w, highs);
  hourly(w);
  cycles(w, highs);
  bursts(w);
  alike(w);
  state(w, vm.ceiling[index(resource)]);
  others(w, vm);
  w.raw(static_cast<double>(index(resource)));
  w.raw(static_cast<double>(step % kStepsPerHour));
  w.raw(static_cast<double>(step % kStepsPerDay));
  w.raw(static_cast<double>((step / kStepsPerDay + 4) % 7));  // 1 January 1970 was a Thursday; 0 = Sunday
  HEADROOM_CHECK(w.written() == kFeatureCount, "kFeatureCount counts what is written");
}

std::vector<std::string> feature_names() {
  std::vector<std::string> names;
  for (int back = 1; back <= 12; ++back) names.push_back(fmt::format("lag_{}", back));
  for (int back : kFarLags) names.push_back(fmt::format("lag_{}", back));
  for (int window : Series::kWindows) names.push_back(fmt::format("mean_{}", window));
  for (int window : {12, 72}) names.push_back(fmt::format("change_{}", window));
  for (int window : kHighWindows) names.push_back(fmt::format("high_{}", window));
  for (const char* n : {"low_12", "low_72", "day_low", "day_high", "week_high"}) names.emplace_back(n);
  for (double p : kDayLevels) names.push_back(fmt::format("day_q{}", p));
  for (double p : Series::kWeekLevels) names.push_back(fmt::format("week_q{}", p));
  for (const char* n : {"day_zero_share", "day_rank"}) names.emplace_back(n);
  for (int days : kDaysAgo) {
    for (const char* n : {"next", "next_mean_3", "in_an_hour_mean_5", "next_hour_high"})
      names.push_back(fmt::format("ago_{}d_{}", days, n));
    if (days == 1 || days == 7) names.push_back(fmt::format("ago_{}d_next_6h_high", days));
  }
  for (const char* n : {"ago_7d_median_next", "ago_7d_median_in_an_hour", "hourly_mean_1", "hourly_mean_2",
                        "hourly_mean_3", "hourly_high_1"})
    names.emplace_back(n);
  for (int hours : kCycleHours)
    for (const char* n : {"next", "next_hour_high"}) names.push_back(fmt::format("ago_{}h_{}", hours, n));
  for (const char* n : {"ago_7d_highest_next_hour", "ago_7d_mean_next_hour_high", "steps_since_burst", "burst_gap",
                        "of_burst_gap", "burst_gaps"})
    names.emplace_back(n);
  for (int steps : kAlikeSteps) {
    for (const char* after : {"next", "in_3", "in_12", "high_12"})
      for (const char* which : {"nearest", "median", "highest"}) names.push_back(fmt::format("alike_{}_{}_{}", steps, after, which));
    for (const char* n : {"distance", "farthest"}) names.push_back(fmt::format("alike_{}_{}", steps, n));
  }
  for (const char* n : {"log_level", "log_scale", "level_in_scales",
                        "level_of_ceiling", "scale_of_ceiling", "steps_since_value", "valid_in_week",
                        "steps_since_jump", "stalled_3", "stalled_12"})
    names.emplace_back(n);
  for (Resource r : kAllResources)
    for (const char* n : {"last_change", "over_hour", "over_day", "change_12"})
      names.push_back(fmt::format("{}_{}", name(r), n));
  for (const char* n : {"resource", "step_of_hour", "step_of_day", "weekday"}) names.emplace_back(n);
  return names;
}

// FNV-1a over the names, each ended by a newline.
std::uint64_t feature_hash() {
  std::uint64_t hash = 1469598103934665603ULL;
  auto mix = [&hash](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL; };
  for (const std::string& name : feature_names()) {
    for (char c : name) mix(c);
    mix('\n');
  }
  return hash;
}

float to_z(double future, double now, double scale) { return static_cast<float>(std::asinh((future - now) / scale)); }
double from_z(double z, double now, double scale) { return now + scale * std::sinh(z); }

}  // namespace headroom
