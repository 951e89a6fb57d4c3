#include "overload.h"

namespace headroom::consolidation {
namespace {

struct Line {
  double intercept, slope;
};

// Through (1, oldest), ..., (10, newest), by updates of means and moments: the order of operations of the library (Apache
// Commons Math's SimpleRegression) that CloudSim uses.
Line least_squares(const std::array<double, kRegressionSteps>& newest_first) {
  double mean_x = 1, mean_y = newest_first.back(), moment_xx = 0, moment_xy = 0, sum_x = 1, sum_y = mean_y;
  for (std::size_t n = 1; n < kRegressionSteps; ++n) {
    const double x = static_cast<double>(n + 1), y = newest_first[kRegressionSteps - 1 - n];
    const double dx = x - mean_x, dy = y - mean_y, weight = static_cast<double>(n) / x;
    moment_xx += dx * dx * weight;
    moment_xy += dx * dy * weight;
    mean_x += dx / x;
    mean_y += dy / x;
    sum_x += x;
    sum_y += y;
  }
  const double slope = moment_xy / moment_xx;
  return {(sum_y - slope * sum_x) / kRegressionSteps, slope};
}

}  // namespace

bool RegressionTest::overloaded(const Outlook& outlook, const HostKind& kind) const {
  if (outlook.known < kRegressionSteps) return fallback.overloaded(outlook, kind);
  // Ahead: the time of the host's longest migration in whole steps, which is one whatever the VM.
  constexpr double kAhead = kRegressionSteps + 1;
  const Line line = least_squares(outlook.recent);
  return (line.intercept + line.slope * kAhead) * safety >= 1;
}

}  // namespace headroom::consolidation
