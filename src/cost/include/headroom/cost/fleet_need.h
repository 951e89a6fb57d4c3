// What a recorded fleet needs at once, hour by hour: the highest sum of its VMs' demand within the hour, since whoever pays
// hosts by the hour needs them for its highest moment. Base units (model/resources.h). Plain values; O(VMs x steps).
//
// A VM without a record in a step needs nothing then. An hour with records in less than half of its steps is not known (NaN).
#pragma once

#include <string>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/trace/fleet.h"

namespace headroom::cost {

struct FleetNeed {
  Instant start;                      // of the first hour; a whole one
  std::vector<double> cpu, memory;    // millicores, bytes, one an hour; both NaN where not known
  double largest_cpu = 0, largest_memory = 0;  // the most that any one VM needed
  std::size_t vms = 0;

  std::size_t hours() const { return cpu.size(); }
  std::size_t known_hours() const;
};

FleetNeed need_of(const Fleet& fleet);

}  // namespace headroom::cost
