#include "placement.h"

#include <algorithm>

namespace headroom {
namespace {

std::vector<Load> loads_of(const Draft& draft) {
  std::vector<Load> loads;
  for (std::size_t i = 0; i < draft.vm_count(); ++i)
    loads.push_back(cpu_load(draft.snapshot(), draft.vm(i), draft.policy().hosts,
                             static_cast<double>(draft.vm(i).allocation.cpu().count())));
  return loads;
}

std::int32_t number(std::size_t host) { return static_cast<std::int32_t>(host); }

}  // namespace

Placement::Placement(Draft& draft)
    : draft_(draft), vm_load_(loads_of(draft)), host_load_(draft.host_count()), fleet_(draft, vm_load_), timetable_(draft) {
  for (std::size_t i = 0; i < draft.vm_count(); ++i) host_load_[draft.host_of(i)].add(vm_load_[i]);
  for (const InFlight& f : draft.snapshot().in_flight)
    if (f.action.kind == ActionKind::kMigrate)
      for (std::size_t i = 0; i < draft.vm_count(); ++i)
        if (draft.vm(i).id == f.action.vm) host_load_[draft.host_index(f.action.to)].add(vm_load_[i]);
  for (std::size_t h = 0; h < draft.host_count(); ++h)
    if (!draft.open(h)) fleet_.pool().close(number(h));
}

double Placement::capacity(std::size_t h) const {
  return static_cast<double>(draft_.host(h).deliverable().cpu().count());
}

Load Placement::load_of(std::size_t vm, const Resources& allocation) const {
  return cpu_load(draft_.snapshot(), draft_.vm(vm), draft_.policy().hosts, static_cast<double>(allocation.cpu().count()));
}

double Placement::equal_share(std::size_t h) const {
  return capacity(h) / static_cast<double>(std::max<std::size_t>(1, draft_.residents(h).size()));
}

double Placement::risk(std::size_t h, const Load& load) const {
  return load.exceedance(capacity(h), draft_.policy().hosts.shared_variance);
}

Placement::Strain Placement::strain(std::size_t h, const Load& load) const {
  return {risk(h, load), load.shortfall(capacity(h), draft_.policy().hosts.shared_variance)};
}

Placement::Strain Placement::strain_without(std::size_t h, std::size_t vm) const {
  Load rest = host_load_[h];
  for (std::size_t one : unit(vm)) rest.remove(vm_load_[one]);
  return strain(h, rest);
}

double Placement::overload_usd_per_hour(std::size_t h) const {
  if (!draft_.policy().priced) return 0;
  const PricedSizing& prices = *draft_.policy().priced;
  const double share = equal_share(h);
  const auto sufferers = std::count_if(draft_.residents(h).begin(), draft_.residents(h).end(),
                                       [&](std::size_t i) { return vm_load_[i].mean > share; });
  return risk(h, host_load_[h]) * static_cast<double>(sufferers) * prices.usd_per_overloaded_vm_hour *
         prices.overload_weight[index(Resource::kCpu)] * draft_.policy().hosts.overload_lasts;
}

bool Placement::delivers(std::size_t vm, const Resources& after) const {
  const std::size_t h = draft_.host_of(vm);
  const Load mine = load_of(vm, after);
  if (mine.mean <= equal_share(h)) return true;
  Load with = host_load_[h];
  with.remove(vm_load_[vm]);
  with.add(mine);
  return risk(h, with) <= draft_.policy().hosts.overload_confidence;
}

bool Placement::movable(std::size_t vm) const {
  return std::all_of(unit(vm).begin(), unit(vm).end(), [&](std::size_t i) { return draft_.movable(i); });
}

bool Placement::may_move(std::size_t vm) const {
  const HostPolicy& policy = draft_.policy().hosts;
  const std::size_t all = unit(vm).size();
  // A unit larger than a round's moves goes alone, or it never would.
  return policy.may_migrate && movable(vm) &&
         (draft_.migrations() + all <= policy.moves_per_round || (all > 1 && draft_.migrations() == 0));
}

bool Placement::has_room(std::size_t vm, std::size_t host, const Resources& after) const {
  Resources need = after;
  for (std::size_t one : unit(vm))
    if (one != vm) need += draft_.vm(one).allocation;
  return draft_.has_room(host, need) && fleet_.pool().allows(fleet_.item(vm), number(host));
}

std::optional<std::size_t> Placement::cheapest(std::size_t vm, const Resources& after) {
  const auto choice = fleet_.pool().cheapest(fleet_.item(vm), &fleet_.need(vm, after, load_of(vm, after)));
  if (!choice) return std::nullopt;
  return static_cast<std::size_t>(choice->host);
}

std::optional<std::size_t> Placement::better(std::size_t vm) {
  const auto choice = fleet_.pool().cheapest(fleet_.item(vm));
  if (!choice || choice->change >= 0) return std::nullopt;
  return static_cast<std::size_t>(choice->host);
}

std::optional<std::size_t> Placement::cheapest_off(std::size_t vm, const Resources& after) {
  if (!draft_.policy().hosts.may_power || draft_.starting_planned() || draft_.empties_a_host()) return std::nullopt;
  const placement::Need& need = fleet_.need(vm, after, load_of(vm, after));
  std::optional<std::size_t> best;
  for (std::size_t h = 0; h < draft_.host_count(); ++h) {
    const Host& host = draft_.host(h);
    if (host.power != PowerState::kOff || !host.accepts_vms || !host.can_start) continue;
    if (best && draft_.costs().running(h) >= draft_.costs().running(*best)) continue;
    fleet_.pool().open(number(h));
    if (fleet_.pool().fits(fleet_.item(vm), number(h), &need)) best = h;
    fleet_.pool().close(number(h));
  }
  return best;
}

void Placement::resize(std::size_t vm, const Resources& after, const Reason& reason, AutomationLevel level) {
  Resources counted = after;
  const Resources& before = draft_.vm(vm).allocation;
  const bool done = level == AutomationLevel::kAuto;
  // What is only recommended takes its room and gives none.
  for (Resource r : kAllResources)
    if (!done) counted[r] = std::max(after[r], before[r]);
  const Load load = done ? load_of(vm, after) : vm_load_[vm];
  fleet_.pool().resize(fleet_.item(vm), fleet_.need(vm, counted, load));
  fleet_.change(vm, counted, load);
  draft_.resize(vm, after, reason, level);
  Load& host = host_load_[draft_.host_of(vm)];
  host.remove(vm_load_[vm]);
  vm_load_[vm] = load;
  host.add(load);
}

void Placement::move(std::size_t vm, std::size_t to, const Resources& after, const Reason& reason, AutomationLevel level) {
  const std::size_t from = draft_.host_of(vm);
  const placement::Need& need = fleet_.need(vm, after, load_of(vm, after));
  // The peers' rules do not ask for as much room, or as little risk, as cheapest() does.
  if (fleet_.pool().fits(fleet_.item(vm), number(to), &need)) fleet_.pool().move(fleet_.item(vm), number(to), &need);
  else fleet_.pool().put(fleet_.item(vm), number(to), &need);
  fleet_.change(vm, after, load_of(vm, after));
  for (std::size_t one : unit(vm)) {
    const Resources& takes = one == vm ? after : draft_.vm(one).allocation;
    host_load_[from].remove(vm_load_[one]);
    host_load_[to].add(load_of(one, takes));
    draft_.migrate(one, to, takes, reason, level);
  }
  if (!draft_.open(from)) fleet_.pool().close(number(from));
}

std::optional<Timetable::Refusal> Placement::move_in_time(const std::vector<Step>& steps, const Reason& reason, const Hurry& hurry) {
  std::vector<Timetable::Wanted> wanted;
  for (const Step& step : steps)
    for (std::size_t one : unit(step.vm))
      wanted.push_back({one, step.to, one == step.vm ? step.after : draft_.vm(one).allocation, hurry.breach, hurry.usd_per_hour});
  if (auto refusal = timetable_.take(draft_, wanted)) return refusal;
  for (const Step& step : steps) move(step.vm, step.to, step.after, reason);
  return std::nullopt;
}

std::optional<Timetable::Refusal> Placement::move_in_time(std::size_t vm, std::size_t to, const Resources& after, const Reason& reason,
                                                          const Hurry& hurry) {
  return move_in_time(std::vector<Step>{{vm, to, after}}, reason, hurry);
}

void Placement::start_host(std::size_t h, const Reason& reason) { draft_.start_host(h, reason); }

void Placement::stop_host(std::size_t h, const Reason& reason) {
  draft_.stop_host(h, reason);
  close(h);
}

void Placement::close(std::size_t h) {
  draft_.close(h);
  fleet_.pool().close(number(h));
}

}  // namespace headroom
