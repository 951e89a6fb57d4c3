#include "headroom/cost/allocation_price.h"

namespace headroom::cost {

double AllocationPrice::usd_per_hour(const Resources& allocation) const {
  double usd = 0;
  for (Resource r : kAllResources) usd += marginal_usd_per_hour(r, allocation[r]);
  return usd;
}

double AllocationPrice::usd_per_unit_hour(Resource r) const {
  switch (r) {
    case Resource::kCpu: return usd_per_vcpu_hour / 1000;
    case Resource::kMemory: return usd_per_gib_hour / (1024.0 * 1024 * 1024);
    case Resource::kDisk: return usd_per_disk_mbps_hour / 1e6;
    case Resource::kNetwork: return usd_per_network_mbps_hour / 1e6;
  }
  return 0;
}

double AllocationPrice::marginal_usd_per_hour(Resource r, std::int64_t amount) const {
  return static_cast<double>(amount) * usd_per_unit_hour(r);
}

}  // namespace headroom::cost
