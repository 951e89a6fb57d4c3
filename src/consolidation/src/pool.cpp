#include "pool.h"

#include <fmt/format.h>

#include <algorithm>

#include "sharing.h"

namespace headroom::consolidation {

Pool::Pool(const Day& day) : workload_(day), ledger_(kHosts, day.size()) {
  site_.hosts.resize(kHosts);
  for (std::size_t h = 0; h < kHosts; ++h) {
    site_.hosts[h].kind = &host_kind(h);
    site_.hosts[h].free_mips = host_kind(h).mips;
  }
  site_.vms.resize(day.size());
  for (std::size_t v = 0; v < day.size(); ++v) {
    site_.vms[v].kind = vm_kind(v, day.size());
    site_.vms[v].java_hash = java_hash(fmt::format("2-{}", v));  // the owner's number and the VM's
  }
}

void Pool::read_loads(bool is_step) {
  for (std::size_t v = 0; v < site_.vms.size(); ++v) {
    VmState& vm = site_.vms[v];
    if (!vm.alive) continue;
    const double utilisation = workload_.utilisation(v, now_);
    vm.asks = utilisation * vm.kind.mips;
    if (is_step) vm.remember(utilisation);
  }
}

void Pool::update(std::size_t h) {
  HostState& host = site_.hosts[h];
  for (Guest& g : host.guests) {
    const VmState& vm = site_.vms[g.vm];
    g.asked = vm.asks;
    if (g.stay != Stay::kArriving) g.stay = vm.migrating ? Stay::kLeaving : Stay::kHere;
  }
  HostEntry entry{now_};
  entry.short_of_cpu = share_in_order(host, site_.vms);
  for (const Guest& g : host.guests) {
    double given = g.given;
    if (g.stay != Stay::kArriving) ledger_.write(g.vm, VmEntry{now_, given, g.asked, g.stay == Stay::kLeaving});
    // What leaves keeps the host as busy as before: the tenth it is not given goes into copying it.
    if (g.stay == Stay::kLeaving) given /= 0.9;
    entry.given += given;
    entry.asked += g.asked;
  }
  host.load_before = host.load;
  host.load = entry.given;
  ledger_.write(h, entry);
}

// A host without load is off and free of charge; one that gets its first load pays from the next frame on.
double Pool::frame_joules(const HostState& host, double seconds) const {
  if (host.utilisation_before() == 0) return 0;
  const double from = power_watts(*host.kind, host.utilisation_before());
  const double to = power_watts(*host.kind, host.utilisation());
  return (from + (to - from) / 2) * seconds;
}

void Pool::advance(double time_s, bool is_step, bool deaths) {
  const double seconds = time_s - now_;
  now_ = time_s;
  read_loads(is_step);
  for (std::size_t h = 0; h < kHosts; ++h) update(h);
  if (seconds > 0) {
    double joules = 0;
    for (const HostState& host : site_.hosts) joules += frame_joules(host, seconds);
    energy_joules_ += joules;
  }
  if (deaths) bury_the_idle();
}

void Pool::bury_the_idle() {
  for (HostState& host : site_.hosts) {
    const auto idle = [&](const Guest& g) { return !site_.vms[g.vm].migrating && site_.vms[g.vm].asks == 0; };
    if (std::none_of(host.guests.begin(), host.guests.end(), idle)) continue;
    for (const Guest& g : host.guests)
      if (idle(g)) site_.vms[g.vm].alive = false;
    std::erase_if(host.guests, idle);
    share_after_removal(host, site_.vms);
  }
}

void Pool::start(const Move& move) {
  VmState& vm = site_.vms[move.vm];
  vm.migrating = true;
  site_.hosts[move.to].guests.push_back({move.vm, Stay::kArriving, 0, 0});
  update(move.to);
  update(vm.host);
}

void Pool::finish(const Move& move) {
  VmState& vm = site_.vms[move.vm];
  site_.hosts[vm.host].remove(move.vm);
  HostState& to = site_.hosts[move.to];
  to.remove(move.vm);
  to.guests.push_back({move.vm, Stay::kHere, 0, 0});
  vm.host = move.to;
  vm.migrating = false;
}

}  // namespace headroom::consolidation
