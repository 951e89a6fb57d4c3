#include <algorithm>
#include <cmath>

#include "ladder.h"

namespace headroom {
namespace {

constexpr double kHoursAhead = 6;  // a stopped host is counted to stay off this long

bool recently_moved(const Draft& d, std::size_t i) {
  const auto& moved = d.vm(i).moved_at;
  return moved && d.snapshot().taken_at - *moved < d.policy().hosts.stay_after_move;
}

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
  why.saves_usd_per_hour = d.host(h).price.usd_per_hour;
  return why;
}

// All VMs of the host at once, biggest first, or none of them.
bool plan_evacuation(Draft& d, Placement& p, const std::vector<Wish>& wishes, std::size_t h) {
  std::vector<std::size_t> leaving = d.residents(h);
  std::stable_sort(leaving.begin(), leaving.end(), [&](std::size_t a, std::size_t b) {
    return wishes[a].want.memory() > wishes[b].want.memory();
  });
  // Tried on copies first: an evacuation that stops half way is only cost.
  Draft trial = d;
  Placement trial_placement = p.onto(trial);
  for (std::size_t other = 0; other < d.host_count(); ++other)  // nothing is saved by filling an empty host
    if (d.residents(other).empty() && d.host(other).price.price_class != PriceClass::kReserved) trial.close(other);
  std::vector<std::size_t> targets;
  for (std::size_t i : leaving) {
    const auto to = trial_placement.cheapest(i, wishes[i].want);
    if (!to) return false;
    trial_placement.move(i, *to, wishes[i].want, {});
    targets.push_back(*to);
  }
  for (std::size_t k = 0; k < leaving.size(); ++k)
    p.move(leaving[k], targets[k], wishes[leaving[k]].want, consolidation(d, h));
  return true;
}

}  // namespace

void empty_a_host(Draft& d, Placement& p, const std::vector<Wish>& wishes) {
  const HostPolicy& policy = d.policy().hosts;
  if (!policy.may_power || !policy.may_migrate) return;
  const bool due = d.snapshot().taken_at.time_since_epoch() % policy.consolidate_every < d.snapshot().step;
  if (!due || d.starting_planned() || d.migrations() > 0) return;  // lr-mmt has moved by now; the ladder has not
  std::vector<std::size_t> order;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    const Host& host = d.host(h);
    if (host.power != PowerState::kOn || d.residents(h).empty() || d.awaits_vm(h)) continue;
    if (host.price.price_class == PriceClass::kReserved) continue;
    const double moves = static_cast<double>(d.residents(h).size());
    if (host.price.usd_per_hour * kHoursAhead < moves * policy.usd_per_migration) continue;
    const bool free = std::all_of(d.residents(h).begin(), d.residents(h).end(),
                                  [&](std::size_t i) { return d.movable(i) && !recently_moved(d, i); });
    if (free) order.push_back(h);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return fill(d, a) < fill(d, b); });
  for (std::size_t h : order)
    if (plan_evacuation(d, p, wishes, h)) return;
}

void stop_empty_hosts(Draft& d) {
  if (!d.policy().hosts.may_power || !d.policy().hosts.may_migrate) return;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    const Host& host = d.host(h);
    if (host.power != PowerState::kOn || !d.residents(h).empty() || d.awaits_vm(h)) continue;
    if (host.price.price_class == PriceClass::kReserved) continue;  // stopping it saves nothing
    d.stop_host(h, consolidation(d, h));
  }
}

}  // namespace headroom
