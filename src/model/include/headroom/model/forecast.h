// What the Predictive Load Engine says about one VM at one moment: for each resource and horizon the distribution
// of the demand at the end of the horizon ("value") and of the highest demand within it ("peak").
//
// The confidence of the specification, P(limit is exceeded within the horizon), is peak.exceedance(limit).
// Everything in a Forecast was known at `origin`; nothing later may have influenced it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/base/instant.h"
#include "headroom/model/band.h"
#include "headroom/model/resources.h"

namespace headroom {

enum class ForecastState : std::uint8_t {
  kNone,      // no sample yet: bands are the prior of the resource
  kLearning,  // under 24 h of samples: wide bands, no shrink and no cost move may rest on it
  kReady,
};
std::string_view name(ForecastState state);

struct Outlook {
  Band value;  // demand in the step that ends at origin + horizon
  Band peak;   // highest step demand in (origin, origin + horizon]
  // Not 0: said by the last value with its own errors instead of the model, which has lost more by this share of late.
  float value_fallback = 0, peak_fallback = 0;
};

// The horizons every Forecast of a run is about, ascending, shared by all VMs.
using Horizons = std::vector<Duration>;
Horizons default_horizons();  // 5 min, 15 min, 1 h, and 6 h and 24 h for shrinking
// The first horizon of `at_least`, or the longest there is. There must be one.
std::size_t horizon_index(const Horizons& horizons, Duration at_least);

struct Forecast {
  VmId vm;
  Instant origin;
  ForecastState state = ForecastState::kNone;
  std::array<std::vector<Outlook>, kResourceCount> outlook;  // [resource][horizon]

  const Outlook& at(Resource r, std::size_t horizon) const { return outlook[index(r)][horizon]; }
};

}  // namespace headroom
