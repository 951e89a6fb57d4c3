#include "headroom/sim/training.h"

#include <algorithm>

namespace headroom {

TrainingSource training_source(const Fleet& fleet) {
  return [&fleet, next = std::size_t{0}]() mutable -> std::optional<TrainingVm> {
    if (next == fleet.vms.size()) return std::nullopt;
    const VmTrace& trace = fleet.vms[next++];
    TrainingVm vm;
    vm.name = trace.name;
    vm.start = trace.start;
    vm.demand = trace.demand;
    vm.ceiling[index(Resource::kCpu)] = 1000.0 * trace.cores;
    float most = 0;
    for (float bytes : trace.memory_provision)
      if (bytes > most) most = bytes;
    vm.ceiling[index(Resource::kMemory)] = static_cast<double>(most);
    return vm;
  };
}

}  // namespace headroom
