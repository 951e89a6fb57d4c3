#include "host_load.h"

#include <algorithm>
#include <cmath>

namespace headroom {

void Load::add(const Load& one) {
  mean += one.mean;
  variance += one.variance;
  deviation += one.deviation;
}

void Load::remove(const Load& one) {
  mean -= one.mean;
  variance -= one.variance;
  deviation -= one.deviation;
}

double Load::exceedance(double capacity, double rho) const {
  const double var = (1 - rho) * std::max(variance, 0.0) + rho * deviation * deviation;
  if (var <= 1e-9) return mean > capacity ? 1 : 0;
  return 0.5 * std::erfc((capacity - mean) / std::sqrt(2 * var));
}

Load cpu_load(const Snapshot& s, const Vm& vm, const HostPolicy& policy, double limit) {
  Band band = vm.forecast.at(Resource::kCpu, horizon_index(s.horizons, policy.overload_horizon)).value;
  for (float& q : band.at) q = std::min(q, static_cast<float>(limit));
  Load load;
  load.mean = std::min(band.mean(), limit);
  load.variance = band.variance();
  load.deviation = std::sqrt(load.variance);
  return load;
}

}  // namespace headroom
