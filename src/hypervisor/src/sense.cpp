#include <fmt/format.h>

#include "headroom/hypervisor/hypervisor.h"

namespace headroom {

Result<void> makes_sense(const Action& a) {
  if (a.kind == ActionKind::kStartHost || a.kind == ActionKind::kStopHost) return {};
  if (a.kind == ActionKind::kMigrate && a.from == a.to) return invalid("a move from a host to itself is none");
  for (Resource r : kAllResources) {
    if (a.after[r] < 0) return invalid(fmt::format("a VM cannot have less than no {}", name(r)));
    const bool needed = r == Resource::kCpu || r == Resource::kMemory;
    if (needed && a.after[r] == 0 && a.before[r] > 0) return invalid(fmt::format("a VM cannot do without {}", name(r)));
  }
  return {};
}

}  // namespace headroom
