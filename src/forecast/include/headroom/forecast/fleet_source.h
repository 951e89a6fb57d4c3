// Hands the recorded VMs of a fleet to train(), one after another. A template, since this module knows no traces:
// Fleet has `vms`, each with name, start, demand, cores and memory_provision as in trace/fleet.h. The fleet must
// outlive the source. Ceilings: 1000 millicores a core, and the last provision of memory before `before`.
#pragma once

#include <cmath>
#include <vector>

#include "headroom/forecast/train.h"

namespace headroom {

template <class Fleet>
TrainingSource training_source(const Fleet& fleet, Instant before = Instant(Duration::max())) {
  return [&fleet, before, next = std::size_t{0}]() mutable -> std::optional<TrainingVm> {
    if (next >= fleet.vms.size()) return std::nullopt;
    const auto& trace = fleet.vms[next++];
    TrainingVm vm;
    vm.name = trace.name;
    vm.start = trace.start;
    vm.demand = trace.demand;
    const auto length = before <= trace.start ? 0 : (before - trace.start) / fleet.step;
    for (auto& demand : vm.demand)
      if (static_cast<std::int64_t>(demand.size()) > length) demand.resize(static_cast<std::size_t>(length));
    vm.ceiling[index(Resource::kCpu)] = 1000.0 * trace.cores;
    for (std::size_t i = 0; i < trace.memory_provision.size() && static_cast<std::int64_t>(i) < length; ++i)
      if (trace.memory_provision[i] > 0) vm.ceiling[index(Resource::kMemory)] = trace.memory_provision[i];
    return vm;
  };
}

}  // namespace headroom
