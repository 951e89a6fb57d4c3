#include "headroom/planner/host_load.h"

#include <algorithm>
#include <cmath>

namespace headroom {

void Load::add(const Load& one) {
  mean += one.mean;
  variance += one.variance;
  deviation += one.deviation;
  most += one.most;
}

void Load::remove(const Load& one) {
  mean -= one.mean;
  variance -= one.variance;
  deviation -= one.deviation;
  most -= one.most;
}

double Load::variance_of_sum(double rho) const {
  return (1 - rho) * std::max(variance, 0.0) + rho * deviation * deviation;
}

double Load::q95(double rho) const {
  constexpr double kZ95 = 1.6448536269514722;  // of the normal distribution
  return std::min(most, mean + kZ95 * std::sqrt(variance_of_sum(rho)));
}

double Load::exceedance(double capacity, double rho) const {
  if (most <= capacity) return 0;
  const double var = variance_of_sum(rho);
  if (var <= 1e-9) return mean > capacity ? 1 : 0;
  return 0.5 * std::erfc((capacity - mean) / std::sqrt(2 * var));
}

// Of a normal distribution: s phi(z) + (mean - capacity) Phi(z), z = (mean - capacity) / s.
double Load::shortfall(double capacity, double rho) const {
  constexpr double kInverseRootTwoPi = 0.3989422804014327;
  if (most <= capacity) return 0;
  const double over = mean - capacity, var = variance_of_sum(rho);
  if (var <= 1e-9) return std::max(0.0, over);
  const double s = std::sqrt(var), z = over / s;
  return s * kInverseRootTwoPi * std::exp(-z * z / 2) + over * exceedance(capacity, rho);
}

Load cpu_load(const Snapshot& s, const Vm& vm, const HostPolicy& policy, double limit) {
  Band band = vm.forecast.at(Resource::kCpu, horizon_index(s.horizons, policy.overload_horizon)).value;
  for (float& q : band.at) q = std::min(q, static_cast<float>(limit));
  Load load;
  load.most = limit;
  load.mean = std::min(band.mean(), limit);
  load.variance = band.variance();
  load.deviation = std::sqrt(load.variance);
  return load;
}

Load host_cpu_load(const Snapshot& s, HostId host, const HostPolicy& policy) {
  Load load;
  for (const Vm& vm : s.vms)
    if (vm.host == host) load.add(cpu_load(s, vm, policy, static_cast<double>(vm.allocation.cpu().count())));
  return load;
}

}  // namespace headroom
