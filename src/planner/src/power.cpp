#include <algorithm>

#include "ladder.h"

namespace headroom {
namespace {

constexpr double kHoursAhead = 6;  // a stopped host is counted to stay off this long

double fill(const Draft& d, std::size_t h) {
  const Resources all = d.host(h).admissible();
  double most = 0;
  for (Resource r : {Resource::kCpu, Resource::kMemory})
    most = std::max(most, 1 - static_cast<double>(d.room(h)[r]) / std::max<double>(1, static_cast<double>(all[r])));
  return most;
}

Reason consolidation(const Draft& d, std::size_t h) {
  Reason why;
  why.code = ReasonCode::kConsolidation;
  why.rule = d.policy().name;
  why.saves_usd_per_hour = d.costs().running(h);
  return why;
}

// It runs, that costs something, it can be stopped, and nobody is on the way to it. A host in maintenance is in a person's hands.
bool could_do_without(const Draft& d, std::size_t h) {
  const Host& host = d.host(h);
  return host.power == PowerState::kOn && host.can_stop && host.accepts_vms && !d.stopping(h) && !d.costs().paid_anyway(h) && !d.awaits_vm(h);
}

double memory_on(const Draft& d, std::size_t h) {
  double bytes = 0;
  for (std::size_t i : d.residents(h)) bytes += static_cast<double>(d.vm(i).allocation.memory().count());
  return bytes;
}

// All running hosts' price, and all VMs' memory.
struct Whole {
  double usd_per_hour = 0, memory = 0;

  explicit Whole(const Draft& d) {
    for (std::size_t h = 0; h < d.host_count(); ++h) {
      memory += memory_on(d, h);
      if (d.host(h).power == PowerState::kOn) usd_per_hour += d.costs().running(h);
    }
  }
};

// What emptying it saves of the running hosts' price, over what it disrupts of all memory.
double worth(const Draft& d, const Whole& all, std::size_t h) {
  const double moved = memory_on(d, h);
  return moved <= 0 || all.usd_per_hour <= 0 ? 0 : d.costs().running(h) / all.usd_per_hour * all.memory / moved;
}

// Its moves; and it is started again some day.
double usd_to_empty(const Draft& d, std::size_t h) {
  double usd = d.costs().start_and_stop(h);
  for (std::size_t i : d.residents(h)) usd += d.costs().of_move(d.vm(i));
  return usd;
}

bool on_its_way(const Draft& d, std::size_t vm) {
  return std::any_of(d.snapshot().in_flight.begin(), d.snapshot().in_flight.end(), [&](const InFlight& f) {
    return f.action.kind == ActionKind::kMigrate && f.action.vm == d.vm(vm).id;
  });
}

// Hosts that could be emptied now, the emptiest first. One that was begun is finished before another.
std::vector<std::size_t> emptiable(const Draft& d, const Placement& p) {
  const Whole all(d);
  const HostId begun = d.snapshot().memory.emptying;
  std::vector<std::size_t> hosts;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (begun.valid() && d.host(h).id != begun) continue;
    if (d.residents(h).empty() || !could_do_without(d, h) || worth(d, all, h) < d.policy().hosts.least_worth) continue;
    if (std::all_of(d.residents(h).begin(), d.residents(h).end(),
                    [&](std::size_t i) { return (p.movable(i) && !d.moved_lately(i)) || (begun.valid() && on_its_way(d, i)); }))
      hosts.push_back(h);
  }
  std::stable_sort(hosts.begin(), hosts.end(), [&](std::size_t a, std::size_t b) { return fill(d, a) < fill(d, b); });
  return hosts;
}

// Where the host's VMs would go, biggest first, once their new neighbours have what they wish for; none when one of them
// can go nowhere. Tried on copies: an evacuation that stops half way is only cost.
std::vector<Placement::Step> evacuation(const Draft& d, const Placement& p, const Wishes& wishes,
                                                            std::size_t h) {
  Draft trial = d;
  Placement placement = p.onto(trial);
  give_back(trial, placement, wishes, h);
  for (const Wish& wish : wishes.of)
    if (d.host_of(wish.vm) != h && trial.free_to_act(wish.vm) && wish.grows(d.vm(wish.vm).allocation))
      grow_in_place(trial, placement, wish);
  for (std::size_t other = 0; other < d.host_count(); ++other)  // nothing is saved by filling an empty host
    if (d.residents(other).empty() && !d.costs().paid_anyway(other)) placement.close(other);
  std::vector<std::size_t> leaving = d.residents(h);
  std::stable_sort(leaving.begin(), leaving.end(), [&](std::size_t a, std::size_t b) {
    return wishes.of[a].want.memory() > wishes.of[b].want.memory();
  });
  std::vector<Placement::Step> moves;
  for (std::size_t i : leaving) {
    if (!trial.free_to_act(i)) continue;  // it has gone with its unit
    const auto to = placement.cheapest(i, wishes.of[i].want);
    if (!to) return {};
    placement.move(i, *to, wishes.of[i].want, {});
    moves.push_back({i, *to, wishes.of[i].want});
  }
  return moves;
}

}  // namespace

void empty_a_host(Draft& d, Placement& p, const Market& market, Wishes& wishes) {
  const HostPolicy& policy = d.policy().hosts;
  if (!policy.may_power || !policy.may_migrate) return;
  const bool due = d.snapshot().memory.emptying.valid() ||
                   d.snapshot().taken_at.time_since_epoch() % policy.consolidate_every < d.snapshot().step;
  if (!due || d.starting_planned() || d.migrations() > 0) return;  // lr-mmt has moved by now; the ladder has not
  const double at_risk = market.usd_at_risk_per_hour(wishes.shares);
  for (std::size_t h : emptiable(d, p)) {
    const PriceShares dearer = market.clearing(Resources() - d.host(h).admissible());
    const double usd_per_hour = market.usd_at_risk_per_hour(dearer) - at_risk + usd_to_empty(d, h) / kHoursAhead;
    if (usd_per_hour > d.costs().running(h)) continue;
    Wishes then = size_all(d, market, dearer);
    const auto moves = evacuation(d, p, then, h);
    if (moves.empty()) continue;
    give_back(d, p, then, h);
    if (p.move_in_time(moves, consolidation(d, h), {})) continue;
    wishes = std::move(then);
    return;
  }
}

void start_a_host(const Draft& d, Placement& p, const Market& market, const PriceShares& shares, const Shortage& shortage) {
  if (!shortage.most_pressing) return;
  const auto off = p.cheapest_off(shortage.most_pressing->vm, shortage.most_pressing->want);
  if (!off) return;
  const double usd_per_hour = shortage.usd_per_hour + market.usd_at_risk_per_hour(shares) -
                              market.usd_at_risk_per_hour(market.clearing(d.host(*off).admissible()));
  const double costs = d.costs().running(*off) + d.costs().start_and_stop(*off) / kHoursAhead;
  if (d.policy().priced ? usd_per_hour < costs : !shortage.denied) return;
  Reason why = shortage.most_pressing->reason;
  why.code = ReasonCode::kNeedCapacity;
  p.start_host(*off, why);
}

void stop_empty_hosts(const Draft& d, Placement& p) {
  if (!d.policy().hosts.may_power || !d.policy().hosts.may_migrate) return;
  for (std::size_t h = 0; h < d.host_count(); ++h)
    if (d.residents(h).empty() && could_do_without(d, h)) p.stop_host(h, consolidation(d, h));
}

}  // namespace headroom
