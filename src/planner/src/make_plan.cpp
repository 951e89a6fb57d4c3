#include "headroom/planner/make_plan.h"

#include "advice.h"
#include "balance.h"
#include "headroom/base/check.h"
#include "ladder.h"

namespace headroom {
namespace {

void check_preconditions(const Snapshot& s) {
  for (std::size_t i = 1; i < s.hosts.size(); ++i)
    HEADROOM_CHECK(s.hosts[i - 1].id < s.hosts[i].id, "hosts ascend by id");
  for (std::size_t i = 1; i < s.vms.size(); ++i) HEADROOM_CHECK(s.vms[i - 1].id < s.vms[i].id, "VMs ascend by id");
  for (const Vm& vm : s.vms)
    for (const auto& outlook : vm.forecast.outlook)
      HEADROOM_CHECK(outlook.size() == s.horizons.size(), "a forecast holds every horizon");
}

}  // namespace

Plan make_plan(const Snapshot& snapshot, const Policy& policy) {
  check_preconditions(snapshot);
  Draft draft(snapshot, policy);
  raise_alerts(draft);
  if (policy.order == Order::kNothing || snapshot.hosts.empty()) return std::move(draft).finish();
  Placement placement(draft);
  const Shortage stranded = drain_hosts(draft, placement);
  if (policy.order == Order::kMigrateFirst) {
    migrate_first(draft, placement);
    return std::move(draft).finish();
  }
  const Market market(draft);
  Wishes wishes = size_all(draft, market, market.clearing());
  if (policy.order == Order::kLadder) mend_placement(draft, placement);
  if (policy.order == Order::kLadder) empty_a_host(draft, placement, market, wishes);
  Shortage shortage = climb_ladder(draft, placement, market, wishes);
  shortage.add(stranded);
  if (policy.order == Order::kLadder) relieve_hosts(draft, placement, shortage);
  start_a_host(draft, placement, market, wishes.shares, shortage);
  switch (policy.order) {
    case Order::kPveCrs: pve_crs(draft, placement); break;
    case Order::kLrMmt:
      lr_mmt(draft, placement);
      stop_empty_hosts(draft, placement);
      empty_a_host(draft, placement, market, wishes);
      break;
    default:
      stop_empty_hosts(draft, placement);
  }
  placement.write_times();
  advise(draft, placement);
  return std::move(draft).finish();
}

}  // namespace headroom
