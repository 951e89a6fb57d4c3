#include "headroom/cost/allocation_price.h"

namespace headroom::cost {

double AllocationPrice::usd_per_hour(const Resources& allocation) const {
  double usd = 0;
  for (Resource r : kAllResources) usd += marginal_usd_per_hour(r, allocation[r]);
  return usd;
}

double AllocationPrice::marginal_usd_per_hour(Resource r, std::int64_t amount) const {
  const auto units = static_cast<double>(amount);
  switch (r) {
    case Resource::kCpu: return units / 1000 * usd_per_vcpu_hour;
    case Resource::kMemory: return units / (1024.0 * 1024 * 1024) * usd_per_gib_hour;
    case Resource::kDisk: return units / 1e6 * usd_per_disk_mbps_hour;
    case Resource::kNetwork: return units / 1e6 * usd_per_network_mbps_hour;
  }
  return 0;
}

}  // namespace headroom::cost
