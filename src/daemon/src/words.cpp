#include "words.h"

#include <fmt/format.h>

#include "headroom/daemon/action_log.h"

namespace headroom {
namespace {

// "0.5 -> 1.25 cores": the unit once where both ends have the same.
std::string change(Resource r, std::int64_t before, std::int64_t after) {
  const std::string to = to_text(r, static_cast<double>(after));
  return fmt::format("{} -> {}", without_shared_unit(to_text(r, static_cast<double>(before)), to), to);
}

std::string changes(const Action& action) {
  std::string text;
  for (Resource r : kAllResources) {
    const std::int64_t before = action.before[r], after = action.after[r];
    if (before == after) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {} {}", after > before ? "grow" : "shrink", name(r), change(r, before, after));
  }
  return text;
}

}  // namespace

std::string vm_name(const Snapshot& snapshot, VmId id) {
  const Vm* vm = snapshot.find(id);
  return vm ? vm->name : std::string();
}

std::string host_name(const Snapshot& snapshot, HostId id) {
  const Host* host = snapshot.find(id);
  return host ? host->name : std::string();
}

std::vector<std::string> waits_for(const Snapshot& snapshot, const Action& action) {
  std::vector<std::string> names;
  if (!action.schedule) return names;
  for (const std::vector<VmId>* vms : {&action.schedule->after_done, &action.schedule->after})
    for (VmId vm : *vms) names.push_back(vm_name(snapshot, vm));
  return names;
}

std::string action_text(const Action& action, const std::string& from, const std::string& to) {
  const std::string sizes = changes(action);
  switch (action.kind) {
    case ActionKind::kResize: return sizes.empty() ? "keep its size" : sizes;
    case ActionKind::kMigrate:
      return fmt::format("move from {} to {}{}{}", from, to, sizes.empty() ? "" : ", ", sizes);
    case ActionKind::kStartHost: return "start " + from;
    case ActionKind::kStopHost: return "stop " + from;
  }
  return {};
}

}  // namespace headroom
