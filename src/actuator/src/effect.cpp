#include "effect.h"

#include <algorithm>
#include <cstdlib>

#include "headroom/model/find.h"

namespace headroom {
namespace {

bool has_new_allocation(const Action& action, const Resources& allocation) {
  return std::all_of(kAllResources.begin(), kAllResources.end(), [&](Resource r) {
    const std::int64_t change = std::abs(action.after[r] - action.before[r]);
    return change == 0 || std::abs(allocation[r] - action.after[r]) <= change / 20;
  });
}

bool host_is(const Inventory& inventory, HostId id, PowerState wanted) {
  const Host* host = find_by_id(inventory.hosts, id);
  return host != nullptr && host->power == wanted;
}

}  // namespace

bool took_effect(const Action& action, const Inventory& inventory) {
  if (action.kind == ActionKind::kStartHost) return host_is(inventory, action.from, PowerState::kOn);
  if (action.kind == ActionKind::kStopHost) return host_is(inventory, action.from, PowerState::kOff);
  const Vm* vm = find_by_id(inventory.vms, action.vm);
  if (vm == nullptr || !has_new_allocation(action, vm->allocation)) return false;
  // A resized VM may since have been moved by its owner; a migrated one must be where it was sent.
  return action.kind == ActionKind::kResize || vm->host == action.to;
}

}  // namespace headroom
