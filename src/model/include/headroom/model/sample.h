// One report about one VM: what it used in the interval that ends at `at`, and how much of that interval it was
// held back. Used is what was *delivered*, so it never passes the allocation; `stalled` tells that more was wanted.
#pragma once

#include <array>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/base/instant.h"
#include "headroom/model/resources.h"

namespace headroom {

struct Sample {
  Instant at;                                    // end of the interval, UTC, by the manager's clock
  std::array<double, kResourceCount> used{};     // base units of resources.h; mean over the interval; >= 0
  std::array<float, kResourceCount> stalled{};   // share of the interval under pressure (steal, PSI, faults), 0..1
  bool guest_statistics = true;                  // memory came from inside the guest, so it may justify a shrink
};

struct VmSample {
  VmId vm;
  Sample sample;
};

}  // namespace headroom
