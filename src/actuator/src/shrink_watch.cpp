#include "shrink_watch.h"

#include <algorithm>

#include "flights.h"

namespace headroom {
namespace {

Action give_back(const Vm& vm, Bytes former) {
  Action action;
  action.kind = ActionKind::kResize;
  action.vm = vm.id;
  action.from = vm.host;
  action.before = action.after = vm.allocation;
  action.after[Resource::kMemory] = former.count();
  action.reason.code = ReasonCode::kPressure;
  action.reason.rule = "undo";
  action.reason.resource = Resource::kMemory;
  action.reason.demand = vm.used[index(Resource::kMemory)];
  action.reason.limit = static_cast<double>(vm.allocation.memory().count());
  return action;
}

}  // namespace

void ShrinkWatch::ended(const Action& action, Instant at) {
  if (is_about_a_vm(action) && action.after.memory() < action.before.memory()) {
    // Two shrinks in a row: the former allocation is that before the first one still being watched.
    const auto [it, fresh] = watched_.emplace(action.vm, Watched{action.before.memory(), at});
    if (!fresh) it->second = {std::max(it->second.former, action.before.memory()), at};
  }
}

std::vector<Action> ShrinkWatch::due(const Snapshot& snapshot, Duration window) {
  std::vector<Action> growths;
  for (auto it = watched_.begin(); it != watched_.end();) {
    const auto& [id, watched] = *it;
    const Vm* vm = snapshot.find(id);
    const bool gone = vm == nullptr || vm->allocation.memory() >= watched.former;
    const bool sampled = !gone && vm->sampled_at && *vm->sampled_at > watched.shrunk_at;
    const bool stalled = sampled && vm->stalled[index(Resource::kMemory)] > 0;
    const bool calm = sampled && !stalled && *vm->sampled_at >= watched.shrunk_at + snapshot.step;
    if (gone || calm || snapshot.taken_at > watched.shrunk_at + window) {
      it = watched_.erase(it);
      continue;
    }
    if (stalled) growths.push_back(give_back(*vm, watched.former));
    ++it;
  }
  // The map's order is arbitrary and must not reach the verdicts.
  std::sort(growths.begin(), growths.end(), [](const Action& a, const Action& b) { return a.vm < b.vm; });
  return growths;
}

}  // namespace headroom
