#include <algorithm>

#include "headroom/constraints/judge.h"
#include "ladder.h"

namespace headroom {
namespace {

// `leaves`: its host is to be left.
Reason unwanted(const Draft& d, bool leaves) {
  Reason why;
  why.code = leaves ? ReasonCode::kDrain : ReasonCode::kConstraint;
  why.rule = d.policy().name;
  return why;
}

}  // namespace

void mend_placement(Draft& d, Placement& p) {
  if (!d.policy().hosts.may_migrate) return;
  const std::size_t most = (d.policy().hosts.moves_per_round + 1) / 2;
  const std::vector<HostId> left = constraints::to_be_left(d.snapshot());
  for (std::size_t vm : p.out_of_place()) {
    if (!d.host(d.host_of(vm)).accepts_vms) continue;  // drained
    const bool leaves = std::binary_search(left.begin(), left.end(), d.vm(vm).host);
    if (!p.may_move(vm) || (d.moved_lately(vm) && !leaves)) continue;
    if (d.migrations() >= most) return;
    const auto to = p.better(vm);
    if (!to) {
      d.deny(vm, unwanted(d, leaves), "no running host that its constraints allow has the room");
      continue;
    }
    if (const auto against = p.move_in_time(vm, *to, d.vm(vm).allocation, unwanted(d, leaves), {})) d.deny(vm, unwanted(d, leaves), against->why);
  }
}

}  // namespace headroom
