#include "headroom/planner/what_if.h"

#include <fmt/format.h>

#include <algorithm>

#include "altered_fleet.h"
#include "fleet_figures.h"
#include "headroom/planner/make_plan.h"

namespace headroom {

std::size_t WhatIf::without_room() const {
  return static_cast<std::size_t>(std::count_if(placed.begin(), placed.end(), [](const Placed& p) { return p.to.empty(); }));
}

Result<WhatIf> what_if(const Snapshot& snapshot, const Policy& policy, const std::vector<Change>& changes) {
  if (changes.size() > kMostChanges)
    return invalid(fmt::format("{} changes are more than the {} that are taken at once", changes.size(), kMostChanges));
  WhatIf answer;
  answer.plan_before = make_plan(snapshot, policy);
  AlteredFleet fleet(snapshot, policy);
  for (const Change& change : changes)
    if (auto made = fleet.apply(change); !made) return tl::unexpected(made.error());
  std::move(fleet).finish(answer);

  const Vm* typical = typical_vm(snapshot);
  if (typical) {
    answer.typical_vm = typical->name;
    answer.typical_allocation = typical->allocation;
  }
  answer.before = figures_of(snapshot, policy, typical);
  // What it asks for may have changed with the load; where it lost its place it is what it was.
  if (const Vm* then = typical ? answer.changed.find(typical->id) : nullptr) typical = then;
  answer.after = figures_of(answer.changed, policy, typical);
  answer.plan = make_plan(answer.changed, policy);
  answer.planned = figures_of(carried_out(answer.changed, answer.plan), policy, typical);
  return answer;
}

}  // namespace headroom
