#include "arrangement.h"

#include <algorithm>
#include <cmath>

namespace headroom::consolidation {
namespace {

constexpr double kRoomDeviations = 1.96;  // 97.5 % of a normal

// What a host's VMs will want together in all but 2.5 % of steps. A variance that others were taken from may be a hair below 0.
double room_for(double mean, double variance) { return mean + kRoomDeviations * std::sqrt(std::max(variance, 0.0)); }

}  // namespace

Arrangement::Arrangement(const Site& site, const LoadForecast& forecast)
    : site_(site), forecast_(forecast), hosts_(site.hosts.size()) {
  double ram_mb = 0, mips = 0;
  for (std::size_t h = 0; h < hosts_.size(); ++h) {
    for (const Guest& g : site.hosts[h].guests) add(g.vm, h, 1);
    ram_mb += hosts_[h].ram_mb;
    mips += room_for(hosts_[h].mean, hosts_[h].variance);
  }
  memory_is_scarcer_ = site.enforce_ram && ram_mb / kHostRamMb > mips / host_kind(1).mips;
}

void Arrangement::add(std::uint32_t vm, std::size_t h, int sign) {
  HostPlan& host = hosts_[h];
  host.mean += sign * forecast_.mean(vm);
  host.variance += sign * forecast_.variance(vm);
  host.asked += sign * forecast_.now(vm);
  host.ram_mb += sign * site_.vms[vm].kind.ram_mb;
  if (sign > 0) host.vms.push_back(vm);
  else std::erase(host.vms, vm);
}

void Arrangement::move(std::uint32_t vm, std::size_t from, std::size_t to) {
  add(vm, from, -1);
  add(vm, to, 1);
  hosts_[from].gives = true;
  hosts_[to].receives = true;
}

// A VM larger than a core is never put there: it would get less than it asks for on an idle host.
bool Arrangement::fits(std::uint32_t vm, std::size_t h) const {
  const HostPlan& host = hosts_[h];
  const VmState& v = site_.vms[vm];
  if (v.kind.mips > site_.hosts[h].kind->core_mips) return false;
  if (site_.enforce_ram && host.ram_mb + v.kind.ram_mb > kHostRamMb) return false;
  if (host.asked + forecast_.now(vm) > mips(h)) return false;
  return room_for(host.mean + forecast_.mean(vm), host.variance + forecast_.variance(vm)) <= mips(h);
}

double Arrangement::copy_work(std::uint32_t vm) const {
  return forecast_.now(vm) * migration_seconds(site_.vms[vm].kind.ram_mb);
}

double Arrangement::fullness(std::size_t h) const {
  return memory_is_scarcer_ ? static_cast<double>(hosts_[h].ram_mb) / kHostRamMb : hosts_[h].mean / mips(h);
}

double Arrangement::size_of(std::uint32_t vm) const {
  const double load = forecast_.mean(vm);
  return memory_is_scarcer_ ? site_.vms[vm].kind.ram_mb + load / host_kind(1).mips : load;
}

bool Arrangement::better_kind(std::size_t h) const {
  const auto per_watt = [&](const HostKind& kind) {
    return (memory_is_scarcer_ ? static_cast<double>(kHostRamMb) : kind.mips) / kind.watts.front();
  };
  return per_watt(host_kind(h)) > per_watt(host_kind(h + 1));
}

}  // namespace headroom::consolidation
