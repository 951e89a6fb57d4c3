#include "vm_of.h"

#include <libvirt/libvirt.h>

#include <algorithm>

namespace headroom::libvirt {
namespace {

// More than any machine moves: where operators do not say what disks and network can do, nothing depends on it.
constexpr std::int64_t kNoLimit = 1'000'000'000'000;

// What operators say it has stands for what libvirt says of the whole machine, NUMA nodes included.
void equip(Host& h, const HostFacts& facts, const HostSite& known) {
  h.physical = Resources(MilliCores(facts.cpus * 1000), facts.memory);
  h.physical[Resource::kDisk] = h.physical[Resource::kNetwork] = kNoLimit;
  for (Resource r : kAllResources)
    if (known.capacity[r] > 0) h.physical[r] = known.capacity[r];
  h.reserve = known.reserve;
  h.overcommit = known.overcommit;
  const bool a_part = known.capacity.cpu().count() > 0 || known.capacity.memory().count() > 0;
  if (facts.cells.size() < 2 || a_part) return;
  for (const NumaCell& cell : facts.cells) h.numa.push_back({MilliCores(cell.cpus * 1000), cell.memory});
}

Names with(Names names, const Names& more) {
  names.insert(names.end(), more.begin(), more.end());
  normalise(names);
  return names;
}

// What a guest does not call free has been written to; and what once was, and is free again, is still sent. What the host holds for the
// process covers that. Under emulation it has the translated code in it as well, so that the guest's word counts alone.
Bytes touched_of(const Domain& domain, const DomainStats& s, Bytes has) {
  const auto at_most = [&](std::uint64_t amount) { return std::min(has, Bytes(static_cast<std::int64_t>(amount))); };
  const auto all = static_cast<std::uint64_t>(has.count());
  const bool told = s.guest_unused && s.guest_updated_at && *s.guest_unused <= all;
  const Bytes by_guest = told ? at_most(all - *s.guest_unused) : Bytes(), by_host = s.resident ? at_most(*s.resident) : Bytes();
  return domain.type == "qemu" ? by_guest : std::max(by_guest, by_host);
}

}  // namespace

bool is_running(const DomainStats& s) { return s.state == Counter(VIR_DOMAIN_RUNNING) || s.state == Counter(VIR_DOMAIN_BLOCKED); }

bool is_active(const SeenDomain& seen) {
  const Counter& state = seen.stats.state;
  return state ? *state != VIR_DOMAIN_SHUTOFF && *state != VIR_DOMAIN_NOSTATE : seen.domain->runs();
}

Host host_of(const std::string& uri, const HostReading& reading, const Site& site) {
  const HostFacts& facts = reading.facts;
  const auto told = site.hosts.find(uri);
  const HostSite known = told == site.hosts.end() ? HostSite{} : told->second;
  Host h;
  h.name = known.name.empty() ? facts.name : known.name;
  h.type = facts.cpu_model;
  equip(h, facts, known);
  h.price = known.price;
  h.rack = known.rack;
  h.zone = known.zone;
  h.tags = known.tags;
  h.offers = offers_of(facts);
  h.offers.networks = with(std::move(h.offers.networks), site.shared_networks);
  // Its VMs prove what it has, where a driver tells no networks or no CPU features.
  for (const SeenDomain& seen : reading.domains) {
    if (!is_active(seen)) continue;
    const Equipment used = needs_of(*seen.domain, facts, site);
    h.offers.networks = with(std::move(h.offers.networks), used.networks);
    h.offers.cpu_models = with(std::move(h.offers.cpu_models), used.cpu_models);
    h.offers.cpu_features = with(std::move(h.offers.cpu_features), used.cpu_features);
    h.offers.platforms = with(std::move(h.offers.platforms), used.platforms);
  }
  h.heard_at = reading.at;
  return h;
}

Resources held_by(const Domain& domain, const DomainStats& stats) {
  Domain now = domain;
  if (stats.vcpus) now.vcpus = static_cast<std::int64_t>(*stats.vcpus);
  if (stats.memory_now) now.current_memory = Bytes(static_cast<std::int64_t>(*stats.memory_now));
  return allocation_of(now);
}

Vm vm_of(const Domain& domain, const DomainStats& stats, const SeenVm& judged, const HostFacts& host, const Site& site) {
  Vm vm;
  vm.name = domain.name;
  vm.uuid = domain.uuid;
  vm.allocation = held_by(domain, stats);
  vm.vcpus = static_cast<std::int32_t>(stats.vcpus ? static_cast<std::int64_t>(*stats.vcpus) : domain.vcpus);
  vm.least_vcpus = static_cast<std::int32_t>(least_vcpus(domain));
  vm.floor = floor_of(domain);
  vm.ceiling = ceiling_of(domain);
  for (Resource r : kAllResources)
    if (site.ceiling[r] > 0) vm.ceiling[r] = std::min(vm.ceiling[r], std::max(site.ceiling[r], vm.allocation[r]));
  for (Resource r : {Resource::kCpu, Resource::kMemory}) vm.ceiling[r] = std::max(vm.ceiling[r], vm.allocation[r]);
  vm.mobility = judged.mobility.mobility;
  vm.mobility_reason = judged.mobility.reason();
  vm.scaling = judged.scaling.scaling;
  vm.scaling_reason = judged.scaling.reason();
  if (judged.owner) vm.owner = judged.owner->name;
  vm.level = domain.policy.level.value_or(site.level);
  constraints::join(domain.membership, vm);
  vm.needs = needs_of(domain, host, site);
  vm.touched = touched_of(domain, stats, vm.allocation.memory());
  return vm;
}

}  // namespace headroom::libvirt
