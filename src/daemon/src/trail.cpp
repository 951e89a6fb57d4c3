#include "headroom/daemon/trail.h"

namespace headroom {

void Trail::note(const Snapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  const Instant oldest = snapshot.taken_at - kSpan;
  for (const Vm& vm : snapshot.vms) {
    auto& changes = allocations_[vm.id];
    if (changes.empty() || changes.back().allocation != vm.allocation)
      changes.push_back({snapshot.taken_at, vm.allocation});
    while (changes.size() > 1 && changes[1].at <= oldest) changes.pop_front();
  }
  for (const Host& host : snapshot.hosts) {
    auto& uses = cpu_[host.id];
    uses.push_back({snapshot.taken_at, host.recent_cpu.empty() ? 0 : static_cast<double>(host.recent_cpu.back())});
    while (uses.front().at <= oldest) uses.pop_front();
  }
}

std::vector<Trail::Change> Trail::allocations(VmId vm) const {
  const std::lock_guard lock(mutex_);
  const auto it = allocations_.find(vm);
  if (it == allocations_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

std::vector<Trail::Use> Trail::cpu(HostId host) const {
  const std::lock_guard lock(mutex_);
  const auto it = cpu_.find(host);
  if (it == cpu_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

}  // namespace headroom
