#include "ladder.h"

namespace headroom {
namespace {

Reason unwanted(const Draft& d) {
  Reason why;
  why.code = ReasonCode::kConstraint;
  why.rule = d.policy().name;
  return why;
}

}  // namespace

void mend_placement(Draft& d, Placement& p) {
  if (!d.policy().hosts.may_migrate) return;
  const std::size_t most = (d.policy().hosts.moves_per_round + 1) / 2;
  for (std::size_t vm : p.out_of_place()) {
    if (!d.host(d.host_of(vm)).accepts_vms) continue;  // drained
    if (!p.may_move(vm) || d.moved_lately(vm)) continue;
    if (d.migrations() >= most) return;
    const auto to = p.better(vm);
    if (!to) {
      d.deny(vm, unwanted(d), "no running host that its constraints allow has the room");
      continue;
    }
    if (const auto against = p.move_in_time(vm, *to, d.vm(vm).allocation, unwanted(d), {})) d.deny(vm, unwanted(d), against->why);
  }
}

}  // namespace headroom
