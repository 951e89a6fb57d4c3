// The specification's order, line by line: for each VM (by id) whose forecast is over its limit with enough confidence,
// required = forecast quantile / target utilisation; hosts with the required resources, the current one excluded; the
// cheapest, ties by host id; migrate, and the move carries the new allocation. No candidate: scale in place up to what
// the host has; the rest is listed as denied. A VM with an action in flight is skipped.
#include <algorithm>

#include "ladder.h"
#include "sizing.h"

namespace headroom {
namespace {

struct Need {
  Resources required;
  Reason reason;
  bool over_limit = false;
};

Need need_of(const Draft& d, const Vm& vm) {
  const MigrateFirst& rule = d.policy().migrate_first;
  const std::size_t h = horizon_index(d.snapshot().horizons, rule.horizon);
  Need need;
  need.required = vm.allocation;
  for (Resource r : kAllResources) {
    const Band& peak = vm.forecast.at(r, h).peak;
    const double limit = static_cast<double>(vm.allocation[r]);
    const double confidence = peak.exceedance(limit);
    if (confidence <= rule.confidence) continue;
    const double quantile = peak.quantile(rule.quantile);
    const std::int64_t amount = std::min(round_up(quantile / rule.target_utilisation, d.policy().step[r]),
                                         std::max(vm.ceiling[r], vm.allocation[r]));
    if (amount <= vm.allocation[r]) continue;
    need.required[r] = amount;
    if (need.over_limit && confidence <= need.reason.confidence) continue;
    need.over_limit = true;
    need.reason = {ReasonCode::kForecastOverLimit, "migrate-first", r, rule.horizon, rule.quantile,
                   quantile, limit, confidence, 0};
  }
  return need;
}

// Cheapest by price per hour, ties by id; nothing else counts in the specification's order.
std::optional<std::size_t> cheapest_with_room(const Draft& d, const Placement& p, std::size_t i, const Resources& required) {
  std::optional<std::size_t> best;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (h == d.host_of(i) || !d.open(h) || !p.has_room(i, h, required)) continue;
    if (!best || d.host(h).price.usd_per_hour < d.host(*best).price.usd_per_hour) best = h;
  }
  return best;
}

void scale_in_place(Draft& d, Placement& p, std::size_t i, const Need& need) {
  Resources after = d.vm(i).allocation;
  const Resources& room = d.room(d.host_of(i));
  for (Resource r : kAllResources) {
    if (!d.may_change(i, r, true)) continue;
    const std::int64_t step = d.policy().step[r];
    after[r] += std::min(need.required[r] - after[r], std::max<std::int64_t>(0, room[r]) / step * step);
  }
  if (after != d.vm(i).allocation) p.resize(i, after, need.reason);
  if (after != need.required) d.deny(i, need.reason, "no other host has the required resources and its own has not all of them");
}

}  // namespace

void migrate_first(Draft& d, Placement& p) {
  for (std::size_t i = 0; i < d.vm_count(); ++i) {
    const Vm& vm = d.vm(i);
    if (!d.free_to_act(i) || !vm.sampled_at) continue;
    const Need need = need_of(d, vm);
    if (!need.over_limit) continue;
    const auto to = d.policy().hosts.may_migrate && p.movable(i) ? cheapest_with_room(d, p, i, need.required) : std::nullopt;
    if (to)
      p.move(i, *to, need.required, need.reason);
    else
      scale_in_place(d, p, i, need);
  }
}

}  // namespace headroom
