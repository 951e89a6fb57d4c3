#include "workload.h"

#include <algorithm>
#include <cmath>

#include "machines.h"

namespace headroom::consolidation {

// The last sample holds until midnight.
double Workload::sample(std::size_t vm, std::size_t at) const {
  return day_[vm].percent[std::min<std::size_t>(at, kSamplesPerDay - 1)] / 100.0;
}

// In CloudSim's order of operations.
double Workload::utilisation(std::size_t vm, double time_s) const {
  const auto before = static_cast<std::size_t>(std::floor(time_s / kStepSeconds));
  if (std::fmod(time_s, kStepSeconds) == 0) return sample(vm, before);
  const auto after = static_cast<std::size_t>(std::ceil(time_s / kStepSeconds));
  const double first = sample(vm, before);
  const double per_s = (sample(vm, after) - first) / (static_cast<double>(after - before) * kStepSeconds);
  return first + per_s * (time_s - static_cast<double>(before) * kStepSeconds);
}

}  // namespace headroom::consolidation
