// What a host's VMs will want together. Quantiles do not add; means do, and variances do once a shared factor is
// allowed for: Var(sum) = (1-rho) sum(var_i) + rho (sum sd_i)^2, with rho = HostPolicy::shared_variance. The sum is
// taken as normal (many VMs), demand as capped by each VM's limit.
#pragma once

#include <cstddef>
#include <vector>

#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

struct Load {
  double mean = 0, variance = 0, deviation = 0;  // of the sum; deviation is the sum of the VMs' own

  void add(const Load& one);
  void remove(const Load& one);
  // P(load > capacity) with shared share rho of the deviation.
  double exceedance(double capacity, double rho) const;
};

// CPU demand of one VM at the policy's overload horizon, capped by `limit` (millicores).
Load cpu_load(const Snapshot& snapshot, const Vm& vm, const HostPolicy& policy, double limit);

}  // namespace headroom
