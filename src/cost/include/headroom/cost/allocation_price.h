// What an allocation costs whoever pays for a VM by what it was given: cloud list prices, per unit and hour.
// Pure values, thread-safe.
#pragma once

#include <cstdint>

#include "headroom/model/resources.h"

namespace headroom::cost {

struct AllocationPrice {
  double usd_per_vcpu_hour = 0.0316;    // on-demand list price split over vCPU and memory
  double usd_per_gib_hour = 0.00424;
  double usd_per_disk_mbps_hour = 0.0000548;     // 0.04 USD per provisioned MB/s and month of 730 h, the list price of
  double usd_per_network_mbps_hour = 0.0000548;  // a cloud volume's throughput; MB/s is 10^6 bytes per second

  double usd_per_hour(const Resources& allocation) const;
  // Of one base unit (a millicore, a byte, a byte per second).
  double usd_per_unit_hour(Resource r) const;
  // Of `amount` base units of one resource. Linear, so it is also the price of adding or giving back that much.
  double marginal_usd_per_hour(Resource r, std::int64_t amount) const;
};

}  // namespace headroom::cost
