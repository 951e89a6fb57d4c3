// Small fleets whose figures can be worked out by hand.
#pragma once

#include <cmath>

#include "headroom/trace/fleet.h"

namespace headroom {

inline const Instant kBegin = instant_from_epoch_seconds(1'372'636'800);  // 1 July 2013

// One core; cpu in percent of it.
inline VmTrace vm_with_cpu(std::string name, const std::vector<double>& percent) {
  VmTrace vm;
  vm.name = std::move(name);
  vm.start = kBegin;
  for (double x : percent) vm.demand[index(Resource::kCpu)].push_back(static_cast<float>(10 * x));
  return vm;
}

inline Fleet fleet_of(std::vector<VmTrace> vms) {
  Fleet fleet;
  fleet.vms = std::move(vms);
  return fleet;
}

}  // namespace headroom
