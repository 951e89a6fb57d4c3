#include "placement.h"

#include <algorithm>

namespace headroom {
namespace {

double price_per_core(const Host& h) {
  // A reserved host is paid for on or off, so using it is free.
  const double marginal = h.price.price_class == PriceClass::kReserved ? 0 : h.price.usd_per_hour;
  return marginal / std::max<double>(1, static_cast<double>(h.physical.cpu().count()));
}

Resources share_of(const Resources& all, double share) {
  Resources part;
  for (Resource r : kAllResources) part[r] = static_cast<std::int64_t>(static_cast<double>(all[r]) * share);
  return part;
}

}  // namespace

Placement::Placement(Draft& draft) : draft_(draft), host_load_(draft.host_count()) {
  for (std::size_t i = 0; i < draft.vm_count(); ++i) {
    vm_load_.push_back(load_of(i, draft.vm(i).allocation));
    host_load_[draft.host_of(i)].add(vm_load_[i]);
  }
  for (const InFlight& f : draft.snapshot().in_flight)
    if (f.action.kind == ActionKind::kMigrate)
      for (std::size_t i = 0; i < draft.vm_count(); ++i)
        if (draft.vm(i).id == f.action.vm) host_load_[draft.host_index(f.action.to)].add(vm_load_[i]);
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
  rest.remove(vm_load_[vm]);
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

bool Placement::would_do(std::size_t h, const Resources& after, const Load& mine) const {
  const HostPolicy& policy = draft_.policy().hosts;
  Resources need = after;  // plus what must stay free
  const Resources all = draft_.host(h).admissible();
  need += all - share_of(all, policy.fill_after_move);
  if (!draft_.has_room(h, need)) return false;
  Load with = host_load_[h];
  with.add(mine);
  return risk(h, with) <= policy.overload_confidence / 2;
}

std::optional<std::size_t> Placement::cheapest(std::size_t vm, const Resources& after) const {
  const Load mine = load_of(vm, after);
  std::optional<std::size_t> best;
  for (std::size_t h = 0; h < draft_.host_count(); ++h) {
    if (!draft_.open(h) || h == draft_.host_of(vm) || !would_do(h, after, mine)) continue;
    if (!best) {
      best = h;
      continue;
    }
    const double price = price_per_core(draft_.host(h)), best_price = price_per_core(draft_.host(*best));
    if (price < best_price || (price == best_price && draft_.room(h).cpu() < draft_.room(*best).cpu())) best = h;
  }
  return best;
}

std::optional<std::size_t> Placement::cheapest_off(std::size_t vm, const Resources& after) const {
  if (!draft_.policy().hosts.may_power || draft_.starting_planned() || draft_.empties_a_host()) return std::nullopt;
  const Load mine = load_of(vm, after);
  std::optional<std::size_t> best;
  for (std::size_t h = 0; h < draft_.host_count(); ++h) {
    const Host& host = draft_.host(h);
    if (host.power != PowerState::kOff || !host.accepts_vms || !would_do(h, after, mine)) continue;
    if (!best || host.price.usd_per_hour < draft_.host(*best).price.usd_per_hour) best = h;
  }
  return best;
}

void Placement::resize(std::size_t vm, const Resources& after, const Reason& reason) {
  Load& load = host_load_[draft_.host_of(vm)];
  load.remove(vm_load_[vm]);
  vm_load_[vm] = load_of(vm, after);
  load.add(vm_load_[vm]);
  draft_.resize(vm, after, reason);
}

void Placement::move(std::size_t vm, std::size_t to, const Resources& after, const Reason& reason, AutomationLevel level) {
  host_load_[draft_.host_of(vm)].remove(vm_load_[vm]);
  host_load_[to].add(load_of(vm, after));
  draft_.migrate(vm, to, after, reason, level);
}

}  // namespace headroom
