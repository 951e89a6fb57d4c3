#include "ladder.h"

#include <algorithm>
#include <map>

#include "breach.h"

namespace headroom {
namespace {

constexpr std::array<double, 3> kSqueezes{2, 4, 8};  // times the price at which neighbours are asked, one after another

Resources missing(const Draft& d, std::size_t i, const Resources& want) {
  Resources lack;
  const Resources& room = d.room(d.host_of(i));
  for (Resource r : kAllResources) {
    const std::int64_t more = want[r] - d.vm(i).allocation[r];
    lack[r] = more > 0 ? std::max<std::int64_t>(0, more - std::max<std::int64_t>(0, room[r])) : 0;
  }
  return lack;
}

}  // namespace

bool grow_in_place(const Draft& d, Placement& p, const Wish& wish) {
  if (missing(d, wish.vm, wish.want) != Resources()) return false;
  p.resize(wish.vm, wish.want, wish.reason);
  return true;
}

namespace {

// What neighbours would give back of a resource at such a price, until it is enough; the VMs that already give in `gifts`
// may give more. Returns what is still missing.
std::int64_t ask_neighbours(const Draft& d, const Market& market, std::size_t asking, Resource r, double share,
                            std::int64_t lack, std::map<std::size_t, Resources>& gifts) {
  for (std::size_t other : d.residents(d.host_of(asking))) {
    if (lack <= 0) break;
    if (other == asking || !d.free_to_act(other)) continue;
    const std::int64_t left = d.vm(other).allocation[r] - market.release(other, r, share);
    Resources& after = gifts.try_emplace(other, d.vm(other).allocation).first->second;
    if (left >= after[r]) continue;
    lack -= after[r] - left;
    after[r] = left;
  }
  return lack;
}

bool take_from_neighbours(const Draft& d, Placement& p, const Market& market, const PriceShares& shares, const Wish& wish) {
  if (!d.policy().priced) return false;
  const Resources lack = missing(d, wish.vm, wish.want);
  std::map<std::size_t, Resources> gifts;
  for (Resource r : kAllResources) {
    std::int64_t still = lack[r];
    for (double times : kSqueezes)
      if (still > 0) still = ask_neighbours(d, market, wish.vm, r, times * shares[index(r)], still, gifts);
    if (still > 0) return false;
  }
  Reason why = wish.reason;
  why.code = ReasonCode::kMakeRoom;
  for (const auto& [other, after] : gifts)
    if (after != d.vm(other).allocation) p.resize(other, after, why);
  return grow_in_place(d, p, wish);
}

bool worth_a_move(const Draft& d, std::size_t vm, double usd_per_hour) {
  // A move's benefit is counted over one hour: after that the fleet looks different.
  return !d.policy().priced || usd_per_hour >= d.costs().of_move(d.vm(vm));
}

// What stands against a move that there would be a place for.
using Against = std::optional<Timetable::Refusal>;

bool move_itself(const Draft& d, Placement& p, const Wish& wish, const Placement::Hurry& hurry, Against& against) {
  if (!p.may_move(wish.vm) || !worth_a_move(d, wish.vm, wish.worth_usd_per_hour)) return false;
  const auto to = p.cheapest(wish.vm, wish.want);
  if (!to) return false;
  against = p.move_in_time(wish.vm, *to, wish.want, wish.reason, hurry);
  return !against;
}

// For whom nothing on its host is of use: late is better than never.
bool move_late(const Draft& d, Placement& p, Wish wish, Against& against) {
  if (!against || !against->too_late) return false;
  wish.reason.instead = against->why + ", and its host has nothing to scale it with";
  return move_itself(d, p, wish, {{}, wish.worth_usd_per_hour}, against);
}

// The neighbour with the least memory whose leaving makes the room. It is moved now; the growth follows when it has left.
bool move_a_neighbour(const Draft& d, Placement& p, const Wish& wish, const Wishes& wishes, const Placement::Hurry& hurry) {
  const Resources lack = missing(d, wish.vm, wish.want);
  std::optional<std::size_t> best, target;
  for (std::size_t other : d.residents(d.host_of(wish.vm))) {
    if (p.unit(other) == p.unit(wish.vm) || !p.may_move(other) || !lack.fits_in(d.vm(other).allocation)) continue;
    if (!worth_a_move(d, other, wish.worth_usd_per_hour)) continue;
    if (best && d.vm(other).allocation.memory() >= d.vm(*best).allocation.memory()) continue;
    if (const auto to = p.cheapest(other, wishes.of[other].want)) {
      best = other;
      target = to;
    }
  }
  if (!best) return false;
  Reason why = wish.reason;
  why.code = ReasonCode::kMakeRoom;
  const Resources& takes = wishes.of[*best].want;
  const Against late = p.move_in_time(*best, *target, takes, why, hurry);
  return !late || (late->too_late && !p.move_in_time(*best, *target, takes, why, {{}, hurry.usd_per_hour}));
}

// Its host has not all the room: what keeps it from going where there is.
std::string why_it_stays(const Draft& d, Placement& p, const Wish& wish, const Against& against) {
  if (against) return against->why;
  const bool elsewhere = p.may_move(wish.vm) && p.cheapest(wish.vm, wish.want);
  if (elsewhere && !worth_a_move(d, wish.vm, wish.worth_usd_per_hour)) return "its host has not all the room, and a move would cost more than it is worth";
  return "no running host has all the room";
}

void grow_in_part(Draft& d, Placement& p, const Wish& wish, std::string why) {
  const Resources after = d.part_that_fits(wish.vm, wish.want);
  if (after != d.vm(wish.vm).allocation) p.resize(wish.vm, after, wish.reason);
  d.deny(wish.vm, wish.reason, std::move(why));
}

// All of it, one way or the other. Who is not moved because that comes too late, or never to an end, is scaled where it is. `against`: what
// stood against a move where there was a place.
bool granted(const Draft& d, Placement& p, const Market& market, const PriceShares& shares, const Wish& asked, const Placement::Hurry& hurry,
             Against& against) {
  const bool short_there = !p.delivers(asked.vm, asked.want);
  if ((asked.by_move || short_there) && move_itself(d, p, asked, hurry, against)) return true;
  if (short_there && move_late(d, p, asked, against)) return true;  // scaling gives it nothing that its host has not got
  if (!against && grow_in_place(d, p, asked)) return true;
  if (!against && move_itself(d, p, asked, hurry, against)) return true;
  Wish instead = asked;
  if (against) instead.reason.instead = against->why + ", so it is scaled where it is";
  return (against && grow_in_place(d, p, instead)) || take_from_neighbours(d, p, market, shares, instead) ||
         move_late(d, p, asked, against);
}

Shortage::Pressing pressing(const Wish& wish) { return {wish.vm, wish.want, wish.reason}; }

std::vector<const Wish*> growths(const Draft& d, const Wishes& wishes) {
  std::vector<const Wish*> growing;
  for (const Wish& wish : wishes.of)
    if (d.free_to_act(wish.vm) && wish.grows(d.vm(wish.vm).allocation)) growing.push_back(&wish);
  std::stable_sort(growing.begin(), growing.end(),
                   [](const Wish* a, const Wish* b) { return a->worth_usd_per_hour > b->worth_usd_per_hour; });
  return growing;
}

}  // namespace

void give_back(const Draft& d, Placement& p, const Wishes& wishes, std::optional<std::size_t> but_not_on) {
  for (const Wish& wish : wishes.of) {
    const Resources& now = d.vm(wish.vm).allocation;
    if (d.free_to_act(wish.vm) && d.host_of(wish.vm) != but_not_on && wish.changes(now) && !wish.grows(now))
      p.resize(wish.vm, wish.want, wish.reason);
  }
}

void Shortage::add(const Shortage& other) {
  if (!most_pressing || (!denied && other.denied)) most_pressing = other.most_pressing ? other.most_pressing : most_pressing;
  denied = denied || other.denied;
  usd_per_hour += other.usd_per_hour;
}

Shortage climb_ladder(Draft& d, Placement& p, const Market& market, const Wishes& wishes) {
  give_back(d, p, wishes);
  Shortage shortage;
  for (const Wish* wish : growths(d, wishes)) {
    if (!shortage.most_pressing) shortage.most_pressing = pressing(*wish);
    if (!d.free_to_act(wish->vm)) continue;  // it gave to a neighbour in the meantime
    const Placement::Hurry hurry{breach_of(d, *wish), wish->worth_usd_per_hour};
    Against against;
    if (granted(d, p, market, wishes.shares, *wish, hurry, against)) continue;
    std::string why = why_it_stays(d, p, *wish, against);
    if (move_a_neighbour(d, p, *wish, wishes, hurry)) {
      why = "its host has not all the room before a neighbour has left, which is moved away for it";
    } else {
      if (!shortage.denied) shortage.most_pressing = pressing(*wish);
      shortage.denied = true;
      shortage.usd_per_hour += wish->worth_usd_per_hour;
    }
    grow_in_part(d, p, *wish, std::move(why));
  }
  return shortage;
}

}  // namespace headroom
