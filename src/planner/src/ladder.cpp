#include "ladder.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

Resources missing(const Draft& d, std::size_t i, const Resources& want) {
  Resources lack;
  const Resources& room = d.room(d.host_of(i));
  for (Resource r : kAllResources) {
    const std::int64_t more = want[r] - d.vm(i).allocation[r];
    lack[r] = more > 0 ? std::max<std::int64_t>(0, more - std::max<std::int64_t>(0, room[r])) : 0;
  }
  return lack;
}

bool grow_in_place(Draft& d, const Wish& wish) {
  if (missing(d, wish.vm, wish.want) != Resources()) return false;
  d.resize(wish.vm, wish.want, wish.reason);
  return true;
}

// Neighbours give back what would be too dear for them if the resource cost so many times its price.
bool take_from_neighbours(Draft& d, const Wish& wish, std::initializer_list<double> times_the_price) {
  if (!d.policy().priced || !d.policy().priced->host_scarcity) return false;
  for (Resource r : kAllResources) {
    std::int64_t lack = missing(d, wish.vm, wish.want)[r];
    for (double times : times_the_price) {
      for (std::size_t other : d.residents(d.host_of(wish.vm))) {
        if (lack <= 0) break;
        if (other == wish.vm || !d.free_to_act(other)) continue;
        const std::int64_t back = release_at_price(d, other, r, times);
        if (back <= 0) continue;
        Resources after = d.vm(other).allocation;
        after[r] -= back;
        Reason why = wish.reason;
        why.code = ReasonCode::kMakeRoom;
        why.resource = r;
        d.resize(other, after, why);
        lack -= back;
      }
    }
    if (lack > 0) return false;
  }
  return grow_in_place(d, wish);
}

bool worth_a_move(const Draft& d, double usd_per_hour) {
  // A move's benefit is counted over one hour: after that the fleet looks different.
  return !d.policy().priced || usd_per_hour >= d.policy().hosts.usd_per_migration;
}

bool may_move(const Draft& d, std::size_t i) {
  return d.policy().hosts.may_migrate && d.movable(i) && d.migrations() < d.policy().hosts.moves_per_round;
}

bool move_itself(Draft& d, Placement& p, const Wish& wish) {
  if (!may_move(d, wish.vm) || !worth_a_move(d, wish.worth_usd_per_hour)) return false;
  const auto to = p.cheapest(wish.vm, wish.want);
  if (!to) return false;
  p.move(wish.vm, *to, wish.want, wish.reason);
  return true;
}

// The neighbour with the least memory whose leaving makes the room. It is moved now; the growth follows when it has left.
bool move_a_neighbour(Draft& d, Placement& p, const Wish& wish, const std::vector<Wish>& wishes) {
  if (!worth_a_move(d, wish.worth_usd_per_hour)) return false;
  const Resources lack = missing(d, wish.vm, wish.want);
  std::optional<std::size_t> best, target;
  for (std::size_t other : d.residents(d.host_of(wish.vm))) {
    if (other == wish.vm || !may_move(d, other) || !lack.fits_in(d.vm(other).allocation)) continue;
    if (best && d.vm(other).allocation.memory() >= d.vm(*best).allocation.memory()) continue;
    if (const auto to = p.cheapest(other, wishes[other].want)) {
      best = other;
      target = to;
    }
  }
  if (!best) return false;
  Reason why = wish.reason;
  why.code = ReasonCode::kMakeRoom;
  p.move(*best, *target, wishes[*best].want, why);
  return true;
}

void grow_in_part(Draft& d, const Wish& wish) {
  const Resources after = d.part_that_fits(wish.vm, wish.want);
  if (after != d.vm(wish.vm).allocation) d.resize(wish.vm, after, wish.reason);
  d.deny(wish.vm, wish.reason, "no running host has all the room");
}

}  // namespace

void climb_ladder(Draft& d, Placement& p, const std::vector<Wish>& wishes) {
  std::vector<const Wish*> growing;
  for (const Wish& wish : wishes) {
    const Resources& now = d.vm(wish.vm).allocation;
    if (!wish.changes(now) || !d.free_to_act(wish.vm)) continue;
    if (wish.grows(now)) growing.push_back(&wish);
    else d.resize(wish.vm, wish.want, wish.reason);
  }
  std::stable_sort(growing.begin(), growing.end(),
                   [](const Wish* a, const Wish* b) { return a->worth_usd_per_hour > b->worth_usd_per_hour; });
  double denied_usd_per_hour = 0;
  const Wish* largest_denied = nullptr;
  for (const Wish* wish : growing) {
    if (!d.free_to_act(wish->vm)) continue;  // it gave to a neighbour in the meantime
    if (wish->by_move && move_itself(d, p, *wish)) continue;
    if (grow_in_place(d, *wish) || take_from_neighbours(d, *wish, {1, 2}) || move_itself(d, p, *wish) ||
        take_from_neighbours(d, *wish, {4, 8}))
      continue;
    if (!move_a_neighbour(d, p, *wish, wishes)) {
      denied_usd_per_hour += wish->worth_usd_per_hour;
      if (!largest_denied) largest_denied = wish;
    }
    grow_in_part(d, *wish);
  }
  if (!largest_denied || !d.policy().hosts.may_power || d.starting_planned()) return;
  const auto off = p.cheapest_off(largest_denied->want);
  if (!off) return;
  if (d.policy().priced && denied_usd_per_hour < d.host(*off).price.usd_per_hour) return;
  Reason why = largest_denied->reason;
  why.code = ReasonCode::kNeedCapacity;
  d.start_host(*off, why);
}

namespace {

Reason overload_reason(const Draft& d, std::size_t h, double risk) {
  Reason why;
  why.code = ReasonCode::kHostOverload;
  why.rule = d.policy().name;
  why.resource = Resource::kCpu;
  why.horizon = d.policy().hosts.overload_horizon;
  why.level = 0.5;
  why.limit = static_cast<double>(d.host(h).deliverable().cpu().count());
  why.confidence = risk;
  return why;
}

// The VM with the least memory whose leaving brings the host's risk down, to the cheapest host that can take it.
bool move_one_away(Draft& d, Placement& p, std::size_t h, const Reason& why) {
  std::optional<std::size_t> best, target;
  for (std::size_t i : d.residents(h)) {
    if (!may_move(d, i) || p.overload_without(h, i) > d.policy().hosts.overload_confidence) continue;
    if (best && d.vm(i).allocation.memory() >= d.vm(*best).allocation.memory()) continue;
    if (const auto to = p.cheapest(i, d.vm(i).allocation)) {
      best = i;
      target = to;
    }
  }
  if (best) p.move(*best, *target, d.vm(*best).allocation, why);
  return best.has_value();
}

// Nobody can leave for a running host. All VMs of an overloaded host suffer, so one more is soon worth its price.
void start_for(Draft& d, Placement& p, std::size_t h, const Reason& why) {
  if (!d.policy().hosts.may_power || !d.policy().priced || d.starting_planned()) return;
  const PricedSizing& prices = *d.policy().priced;
  const double usd_per_hour = why.confidence * static_cast<double>(d.residents(h).size()) *
                              prices.usd_per_overloaded_vm_hour * prices.overload_weight[index(Resource::kCpu)];
  const auto off = p.cheapest_off({});
  if (off && d.host(*off).price.usd_per_hour <= usd_per_hour) d.start_host(*off, why);
}

}  // namespace

void relieve_hosts(Draft& d, Placement& p) {
  if (!d.policy().hosts.may_migrate) return;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (d.host(h).power != PowerState::kOn) continue;
    const double risk = p.overload(h);
    if (risk <= d.policy().hosts.overload_confidence) continue;
    const Reason why = overload_reason(d, h, risk);
    if (!move_one_away(d, p, h, why)) start_for(d, p, h, why);
  }
}

}  // namespace headroom
