#include "headroom/migration/dirty_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace headroom::migration {
namespace {

struct Point {
  double seconds = 0, bytes = 0;
};

// One point a window, by rising window.
Result<std::vector<Point>> points_of(const std::vector<DirtySample>& samples) {
  std::map<Duration, std::pair<double, int>> by_window;
  for (const DirtySample& s : samples) {
    if (s.window.count() <= 0 || s.dirtied.count() < 0)
      return invalid(fmt::format("{} bytes dirtied within {} ms are no sample; give positive windows", s.dirtied.count(),
                                 s.window.count()));
    auto& [sum, count] = by_window[s.window];
    sum += static_cast<double>(s.dirtied.count());
    ++count;
  }
  if (by_window.size() < 2)
    return invalid(fmt::format("dirty pages were sampled over {} window(s); a curve needs two, such as 1 s and 10 s", by_window.size()));
  std::vector<Point> points;
  for (const auto& [window, sum] : by_window)
    points.push_back({static_cast<double>(window.count()) / 1000, sum.first / sum.second});
  return points;
}

// Squares of relative errors, so that the short windows, which decide whether a migration converges, count as much as the long.
double misfit(const DirtyCurve& curve, const std::vector<Point>& points) {
  double sum = 0;
  for (const Point& p : points) {
    const double error = (curve.within(p.seconds) - p.bytes) / std::max(p.bytes, 1.0);
    sum += error * error;
  }
  return sum;
}

// The best hot and cold for a given bend, neither negative nor hot above memory: linear least squares of two unknowns, and where
// its answer is out of range the better of its edges.
DirtyCurve best_of_bend(double bend, const std::vector<Point>& points, double memory) {
  double hh = 0, hc = 0, cc = 0, h = 0, c = 0;
  for (const Point& p : points) {
    const double scale = 1 / std::max(p.bytes, 1.0);
    const double hot = scale * (1 - std::exp(-p.seconds / bend)), cold = scale * p.seconds, seen = scale * p.bytes;
    hh += hot * hot;
    hc += hot * cold;
    cc += cold * cold;
    h += hot * seen;
    c += cold * seen;
  }
  const auto with_hot = [&](double hot) {
    const double held = std::clamp(hot, 0.0, memory);
    return DirtyCurve{held, bend, std::max(0.0, (c - hc * held) / cc)};
  };
  const double determinant = hh * cc - hc * hc;
  const DirtyCurve free = with_hot(determinant > 0 ? (h * cc - c * hc) / determinant : 0);
  const DirtyCurve only_hot{std::clamp(h / hh, 0.0, memory), bend, 0};
  return misfit(free, points) <= misfit(only_hot, points) ? free : only_hot;
}

}  // namespace

double DirtyCurve::within(double seconds) const {
  return hot_bytes * (1 - std::exp(-seconds / hot_seconds)) + cold_bytes_per_second * seconds;
}

Result<DirtyCurve> fit(const std::vector<DirtySample>& samples, Bytes memory) {
  const auto points = points_of(samples);
  if (!points) return tl::unexpected(points.error());
  const double most = static_cast<double>(memory.count());
  const double first = points->front().seconds, last = points->back().seconds;
  DirtyCurve best = best_of_bend(first, *points, most);
  if (points->size() == 2) return best;
  for (double bend = first / 4; bend <= last; bend *= 1.02) {
    const DirtyCurve curve = best_of_bend(bend, *points, most);
    if (misfit(curve, *points) < misfit(best, *points)) best = curve;
  }
  return best;
}

DirtyCurve assumed_curve(Bytes memory) {
  return {std::min(0.1 * static_cast<double>(memory.count()), 256.0 * (1 << 20)), 10, 4.0 * (1 << 20)};
}

}  // namespace headroom::migration
