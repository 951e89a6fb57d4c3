#include "ladder.h"

#include <algorithm>
#include <initializer_list>
#include <map>

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

// What neighbours would give back of a resource if it cost so many times its price, until it is enough; the VMs that
// already give in `gifts` may give more. False when all of it is not enough.
bool ask_neighbours(const Draft& d, std::size_t asking, Resource r, std::int64_t lack,
                    std::initializer_list<double> times_the_price, std::map<std::size_t, Resources>& gifts) {
  for (double times : times_the_price)
    for (std::size_t other : d.residents(d.host_of(asking))) {
      if (lack <= 0) return true;
      if (other == asking || !d.free_to_act(other)) continue;
      const std::int64_t left = d.vm(other).allocation[r] - release_at_price(d, other, r, times);
      Resources& after = gifts.try_emplace(other, d.vm(other).allocation).first->second;
      if (left >= after[r]) continue;
      lack -= after[r] - left;
      after[r] = left;
    }
  return lack <= 0;
}

bool take_from_neighbours(Draft& d, const Wish& wish, std::initializer_list<double> times_the_price) {
  if (!d.policy().priced) return false;
  const Resources lack = missing(d, wish.vm, wish.want);
  std::map<std::size_t, Resources> gifts;
  for (Resource r : kAllResources)
    if (!ask_neighbours(d, wish.vm, r, lack[r], times_the_price, gifts)) return false;
  Reason why = wish.reason;
  why.code = ReasonCode::kMakeRoom;
  for (const auto& [other, after] : gifts)
    if (after != d.vm(other).allocation) d.resize(other, after, why);
  return grow_in_place(d, wish);
}

bool worth_a_move(const Draft& d, double usd_per_hour) {
  // A move's benefit is counted over one hour: after that the fleet looks different.
  return !d.policy().priced || usd_per_hour >= d.policy().hosts.usd_per_migration;
}

bool move_itself(Draft& d, Placement& p, const Wish& wish) {
  if (!d.may_move(wish.vm) || !worth_a_move(d, wish.worth_usd_per_hour)) return false;
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
    if (other == wish.vm || !d.may_move(other) || !lack.fits_in(d.vm(other).allocation)) continue;
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
  if (!largest_denied) return;
  const auto off = p.worth_starting(largest_denied->want, denied_usd_per_hour);
  if (!off) return;
  Reason why = largest_denied->reason;
  why.code = ReasonCode::kNeedCapacity;
  d.start_host(*off, why);
}

}  // namespace headroom
