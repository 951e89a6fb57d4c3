// What a host's VMs will want together. Quantiles do not add; means do, and variances do once a shared factor is
// allowed for: Var(sum) = (1-rho) sum(var_i) + rho (sum sd_i)^2, with rho = HostPolicy::shared_variance. The sum is
// taken as normal (many VMs), demand as capped by each VM's limit. Pure functions; forecasts must hold every horizon.
#pragma once

#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

struct Load {
  double mean = 0, variance = 0, deviation = 0;  // of the sum; deviation is the sum of the VMs' own
  double most = 0;                               // the sum of the VMs' limits: it is never more

  void add(const Load& one);
  void remove(const Load& one);
  // P(load > capacity) with shared share rho of the deviation.
  double exceedance(double capacity, double rho) const;
  // E[what the load has more than the capacity], in the load's unit.
  double shortfall(double capacity, double rho) const;
  // What the load stays under with 95 % probability.
  double q95(double rho) const;

 private:
  double variance_of_sum(double rho) const;
};

// CPU demand of one VM at the policy's overload horizon, capped by `limit` (millicores).
Load cpu_load(const Snapshot& snapshot, const Vm& vm, const HostPolicy& policy, double limit);

// The same of all VMs on a host together, each capped by its allocation.
Load host_cpu_load(const Snapshot& snapshot, HostId host, const HostPolicy& policy);

}  // namespace headroom
