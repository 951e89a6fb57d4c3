#include "residuals.h"

#include <algorithm>
#include <cmath>

#include "headroom/forecast/series.h"

namespace headroom {
namespace {

constexpr std::int64_t kRenewEvery = 2 * kStepsPerHour;
constexpr std::int64_t kWeek = kStepsPerWeek;

// The highest of values [i + 1, i + width] for each of `count` starts; NaN counts for nothing. Van Herk (1992): each
// window is the end of one block and the start of the next.
std::vector<float> sliding_highest(const PastValues& past, std::int64_t start, std::size_t count, std::size_t width) {
  const std::size_t n = count + width - 1;
  std::vector<float> ahead(n), back(n);
  auto value = [&](std::size_t i) {
    const float x = past.at(start + 1 + static_cast<std::int64_t>(i));
    return std::isnan(x) ? -1.0F : x;
  };
  for (std::size_t i = 0; i < n; ++i) ahead[i] = i % width == 0 ? value(i) : std::max(ahead[i - 1], value(i));
  for (std::size_t i = n; i-- > 0;)
    back[i] = i + 1 == n || (i + 1) % width == 0 ? value(i) : std::max(back[i + 1], value(i));
  std::vector<float> highest(count);
  for (std::size_t i = 0; i < count; ++i) highest[i] = std::max(back[i], ahead[i + width - 1]);
  return highest;
}

float quantile_of(const std::vector<float>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const float low = sorted[below], high = sorted[std::min(below + 1, sorted.size() - 1)];
  return low + static_cast<float>(place - static_cast<double>(below)) * (high - low);
}

}  // namespace

void Residuals::renew(const PastValues& past) {
  if (renewed_at_ >= 0 && past.pushed - renewed_at_ < kRenewEvery) return;
  renewed_at_ = past.pushed;
  const std::int64_t to = past.pushed - head_.steps;  // the truth of an earlier origin is known
  if (to <= end_) return;
  collect(past, std::max({end_, to - kWeek, past.pushed - static_cast<std::int64_t>(kPastSteps)}), to);
  if (sorted_.empty()) return;
  for (std::size_t l = 0; l < kLevelCount; ++l) quantiles_[l] = quantile_of(sorted_, kLevels[l]);
}

// One merge: what leaves the week goes, what has become known enters.
void Residuals::collect(const PastValues& past, std::int64_t from, std::int64_t to) {
  if (by_origin_.empty()) by_origin_.assign(kWeek, std::nanf(""));
  auto& ring = by_origin_;
  std::vector<float> leaving, entering, merged;
  for (std::int64_t u = begin_; u < std::min(end_, to - kWeek); ++u)
    if (!std::isnan(ring[static_cast<std::size_t>(u % kWeek)])) leaving.push_back(ring[static_cast<std::size_t>(u % kWeek)]);
  const auto count = static_cast<std::size_t>(to - from);
  const std::vector<float> truth =
      head_.peak ? sliding_highest(past, from, count, static_cast<std::size_t>(head_.steps)) : std::vector<float>();
  for (std::int64_t u = from; u < to; ++u) {
    float target = head_.peak ? truth[static_cast<std::size_t>(u - from)] : past.at(u + head_.steps);
    if (target < 0) target = std::nanf("");
    const float error = target - past.at(u);
    ring[static_cast<std::size_t>(u % kWeek)] = error;
    if (!std::isnan(error)) entering.push_back(error);
  }
  std::sort(leaving.begin(), leaving.end());
  std::sort(entering.begin(), entering.end());
  merged.reserve(sorted_.size() + entering.size());
  auto gone = leaving.begin();
  auto in = entering.begin();
  for (float x : sorted_) {
    if (gone != leaving.end() && *gone == x) { ++gone; continue; }
    while (in != entering.end() && *in < x) merged.push_back(*in++);
    merged.push_back(x);
  }
  merged.insert(merged.end(), in, entering.end());
  sorted_.swap(merged);
  begin_ = std::max(begin_, to - kWeek);
  end_ = to;
}

}  // namespace headroom
