#include "trial.h"

#include <algorithm>

#include "sharing.h"

namespace headroom::consolidation {
namespace {

// Steps back to the oldest with any load, at least one.
std::size_t steps_with_load(const VmState& vm) {
  std::size_t n = vm.steps_known;
  while (n > 0 && vm.past[n - 1] == 0) --n;
  return std::max<std::size_t>(n, 1);
}

}  // namespace

Trial::Trial(const Site& site) : site_(site), hosts_(site.hosts.size()), shares_(site.vms.size()), known_(site.vms.size()) {
  for (std::size_t h = 0; h < hosts_.size(); ++h) hosts_[h].state = site.hosts[h];
  for (std::size_t v = 0; v < site.vms.size(); ++v) {
    const VmState& vm = site.vms[v];
    known_[v] = steps_with_load(vm);
    for (std::size_t kind = 0; kind < kHostKinds; ++kind)
      for (std::size_t i = 0; i < kRegressionSteps; ++i)
        shares_[v][kind][i] = vm.past[i] * vm.kind.mips / host_kind(kind).mips;
  }
}

void Trial::put(std::uint32_t vm, std::size_t h, double asked) {
  Tried& tried = hosts_[h];
  tried.state.guests.push_back({vm, Stay::kHere, asked, 0});
  share_with_last(tried.state, site_.vms);
  tried.settled = tried.current = false;
}

void Trial::take(std::uint32_t vm, std::size_t h) {
  Tried& tried = hosts_[h];
  tried.state.remove(vm);
  share_after_removal(tried.state, site_.vms);
  tried.settled = true;
  tried.current = false;
}

bool Trial::fits(std::uint32_t vm, std::size_t h) const {
  const HostState& host = hosts_[h].state;
  const VmState& v = site_.vms[vm];
  return host.kind->core_mips >= v.asks && host.free_mips >= v.asks && host.guests.size() < kVmsByStorage &&
         (!site_.enforce_ram || host.ram_mb(site_.vms) + v.kind.ram_mb <= kHostRamMb);
}

void Trial::test_leaves_marks(std::size_t h) {
  Tried& tried = hosts_[h];
  const std::size_t tested = std::max(tried.state.most_guests, tried.state.guests.size() + 1);
  if (tried.settled && tested == tried.state.most_guests) return;
  tried.state.most_guests = tested;
  share_after_removal(tried.state, site_.vms);
  tried.settled = true;
  tried.current = false;
}

void Trial::add(std::uint32_t vm, std::size_t h, Outlook& outlook) const {
  outlook.asked += site_.vms[vm].asks;
  outlook.known = std::max(outlook.known, known_[vm]);
  const auto& shares = shares_[vm][kind_index(h)];
  for (std::size_t i = 0; i < kRegressionSteps; ++i) outlook.recent[i] += shares[i];
}

// Summed in the order the VMs came, as CloudSim does.
void Trial::look(std::size_t h) {
  Tried& tried = hosts_[h];
  if (tried.current) return;
  tried.outlook = {};
  tried.given = 0;
  for (const Guest& g : tried.state.guests) {
    add(g.vm, h, tried.outlook);
    tried.given += g.given;
  }
  tried.current = true;
}

double Trial::given(std::size_t h) {
  look(h);
  return hosts_[h].given;
}

const Outlook& Trial::outlook(std::size_t h) {
  look(h);
  return hosts_[h].outlook;
}

Outlook Trial::outlook_with(std::uint32_t vm, std::size_t h) {
  Outlook with = outlook(h);
  add(vm, h, with);
  return with;
}

void Trial::keep_table_sizes(Site& site) const {
  for (std::size_t h = 0; h < hosts_.size(); ++h) site.hosts[h].most_guests = hosts_[h].state.most_guests;
}

}  // namespace headroom::consolidation
