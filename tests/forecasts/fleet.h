// The bundled sample, replayed for tests of what the shipped model says of real VMs.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "headroom/forecast/engine.h"
#include "headroom/trace/fleet.h"

namespace headroom {

inline std::shared_ptr<const GlobalModel> shipped_model() {
  static const auto model = GlobalModel::load(HEADROOM_SOURCE_DIR "/models/ple.model").value();
  return model;
}

// Read once a program. HEADROOM_TRACES names other traces, for a larger run by hand.
inline const Fleet& sample_fleet() {
  static const Fleet fleet = [] {
    const char* other = std::getenv("HEADROOM_TRACES");
    return read_fleet({other != nullptr ? other : HEADROOM_SOURCE_DIR "/examples/bitbrains"}).value();
  }();
  return fleet;
}

inline double demand_at(const VmTrace& vm, Resource r, Instant step_begin) {
  const auto slot = (step_begin - vm.start) / sample_fleet().step;
  const auto& demand = vm.demand[index(r)];
  return slot < 0 || slot >= static_cast<std::int64_t>(demand.size()) ? std::nan("") : static_cast<double>(demand[static_cast<std::size_t>(slot)]);
}

// What a VM used in the step, as the sample that tells it. The VM's number in the fleet is its id.
inline VmSample sample_of(std::size_t vm, Instant step_begin, double times = 1) {
  VmSample s{VmId(static_cast<std::uint32_t>(vm)), {}};
  s.sample.at = step_begin + sample_fleet().step;
  for (Resource r : kAllResources) s.sample.used[index(r)] = times * demand_at(sample_fleet().vms[vm], r, step_begin);
  return s;
}

}  // namespace headroom
