#include "headroom/libvirt/census.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/model/find.h"
#include "vm_of.h"

namespace headroom::libvirt {
namespace {

// A guest that counts what its balloon holds among what it uses has more in all than it was given.
void take_word(const GuestMemory& word, Vm& vm) {
  const Bytes balloon = std::max(Bytes(0), word.total - vm.allocation.memory());
  vm.used[index(Resource::kMemory)] = static_cast<double>(std::max(Bytes(0), word.total - word.available - balloon).count());
  vm.guest_statistics = true;
}

}  // namespace

struct Census::Seat {
  HostView view;
  std::string uuid;
  Host host;
};

struct Census::Stay {
  const Seat* seat = nullptr;
  const SeenDomain* seen = nullptr;

  bool active() const { return is_active(*seen); }
  bool running() const { return is_running(seen->stats); }
};

std::vector<Census::Seat> Census::seats(const std::vector<HostView>& views, Observation& o) {
  std::vector<Seat> seats;
  for (const HostView& view : views) {
    if (!view.reading) continue;
    // A driver that tells no UUID (libvirt's own test driver) is known by where it was found.
    std::string uuid = view.reading->facts.uuid.empty() ? view.uri : view.reading->facts.uuid;
    const auto twin = std::find_if(seats.begin(), seats.end(), [&](const Seat& s) { return s.uuid == uuid; });
    if (twin != seats.end()) {
      o.troubles.push_back(fmt::format("{} and {} both say they are host {}; the second is left out: if they are two machines, give "
                                       "each its own host_uuid in libvirtd.conf",
                                       twin->view.uri, view.uri, uuid));
      continue;
    }
    auto id = ids_.host(uuid);
    if (!id) {
      o.troubles.push_back(fmt::format("{} is left out: {}", view.uri, id.error().message));
      continue;
    }
    Host host = host_of(view.uri, *view.reading, site_);
    host.id = *id;
    for (const Seat& other : seats)
      if (other.host.name == host.name)
        o.troubles.push_back(fmt::format("{} and {} are both called {}: give each a name of its own, or they cannot be told apart", other.view.uri,
                                         view.uri, host.name));
    seats.push_back({view, std::move(uuid), std::move(host)});
    if (view.fresh) o.troubles.insert(o.troubles.end(), view.reading->troubles.begin(), view.reading->troubles.end());
  }
  std::sort(seats.begin(), seats.end(), [](const Seat& a, const Seat& b) { return a.host.id < b.host.id; });
  for (const Seat& s : seats) {
    o.inventory.hosts.push_back(s.host);
    o.hosts.push_back({s.view.uri, s.view.reading, s.view.fresh});
  }
  return seats;
}

std::map<std::string, std::vector<Census::Stay>> Census::stays(const std::vector<Seat>& seats) const {
  std::map<std::string, std::vector<Stay>> all;
  for (const Seat& seat : seats)
    for (const SeenDomain& seen : seat.view.reading->domains) all[seen.domain->uuid].push_back({&seat, &seen});
  return all;
}

// Running counts before waiting, waiting before off; among equals the host that answered in this round, then where it was before.
const Census::Stay& Census::where_it_is(const std::string& uuid, const std::vector<Stay>& stays, Observation& o) {
  const auto home = home_.find(uuid);
  const auto rank = [&](const Stay& s) {
    return std::tuple(s.running(), s.active(), s.seat->view.fresh, home != home_.end() && home->second == s.seat->uuid);
  };
  const Stay* best = &stays.front();
  for (const Stay& s : stays)
    if (rank(s) > rank(*best)) best = &s;
  for (const Stay& s : stays)
    if (&s != best && s.active())
      if (Host* host = find_by_id(o.inventory.hosts, s.seat->host.id)) host->incoming += held_by(*s.seen->domain, s.seen->stats);
  home_[uuid] = best->seat->uuid;
  return *best;
}

// The name of another host that runs it, or ran it when it was heard last; empty: none does.
std::string Census::runs_elsewhere(const Stay& stay, const std::vector<Stay>& stays, Observation& o) const {
  for (const Stay& other : stays) {
    if (&other == &stay || !other.running() || !stay.running()) continue;
    const Domain& domain = *stay.seen->domain;
    const std::string &here = stay.seat->host.name, &there = other.seat->host.name;
    if (other.seat->view.fresh)
      o.troubles.push_back(fmt::format("VM {} ({}) runs on {} and on {} at once: nothing is done with it; look at its disks, and stop one",
                                       domain.name, domain.uuid, here, there));
    else
      o.troubles.push_back(fmt::format("VM {} ({}) runs on {}, and {} ran it when it answered last: nothing is done with it until {} answers",
                                       domain.name, domain.uuid, here, there, there));
    return there;
  }
  return {};
}

std::optional<Measurement> Census::measure(const Stay& stay, const Vm& vm) {
  if (!stay.seat->view.fresh || !stay.active()) return std::nullopt;
  const Domain& domain = *stay.seen->domain;
  // With virtio-mem the difference between maximum and current is not only the balloon's.
  const bool balloon_is_used = domain.balloon_deflates && domain.memory_devices.empty();
  return rates_.take({vm.uuid, stay.seat->uuid, domain.id, stay.seat->view.reading->at, stay.seen->stats, balloon_is_used});
}

// A VM that was not measured in this round used what it did when it was measured last; its guest's word of then is no ground to act on,
// unless it was a moment ago.
void Census::tell_use(const Stay& stay, SeenVm& seen, Vm& vm, Observation& o) {
  seen.measured = measure(stay, vm);
  if (seen.measured) measured_[vm.uuid] = *seen.measured;
  const auto known = measured_.find(vm.uuid);
  if (known == measured_.end() || !stay.active()) return;
  const Measurement& m = known->second;
  const bool current = stay.seat->view.fresh && stay.seat->view.reading->at - m.at < rates_.options().shortest;
  vm.guest_statistics = (seen.measured || current) && m.guest_statistics;
  vm.stalled = m.stalled;
  for (std::size_t k = 0; k < kResourceCount; ++k) vm.used[k] = m.used[k].value_or(0);
  const auto sample = m.sample();
  if (!sample) return;
  vm.sampled_at = sample->at;
  if (seen.measured) o.samples.push_back({vm.id, *sample});
}

// What was free again once is sent all the same, until its process ends: a new run on the same host. A move takes it along.
Bytes Census::most_touched(const Stay& stay, const Vm& vm) {
  Touched& known = touched_[vm.uuid];
  const std::optional<std::int64_t> run = stay.seen->domain->id;
  const bool began_anew = known.host == stay.seat->uuid && known.run != run;
  const Bytes most = began_anew ? vm.touched : std::max(known.most, vm.touched);
  known = {stay.seat->uuid, run, std::min(most, vm.allocation.memory())};
  return known.most;
}

void Census::add_vm(const std::string& uuid, const std::vector<Stay>& stays, Observation& o) {
  const auto id = ids_.vm(uuid);
  if (!id) {
    o.troubles.push_back(fmt::format("VM {} is left out: {}", stays.front().seen->domain->name, id.error().message));
    return;
  }
  const Stay& stay = where_it_is(uuid, stays, o);
  const Domain& domain = *stay.seen->domain;
  const HostFacts& facts = stay.seat->view.reading->facts;
  const std::optional<GuestMemory> word = word_of(uuid);
  SeenVm seen{stay.seen->domain, stay.seen->stats, detect_owner(domain, site_), judge_mobility(domain, facts, site_),
              judge_scaling(domain, word.has_value()), {}};
  const std::string twin = runs_elsewhere(stay, stays, o);
  if (!twin.empty()) {
    seen.mobility.mobility = Mobility::kImmovable;
    seen.mobility.obstacles.insert(seen.mobility.obstacles.begin(),
                                   {"two-hosts", Mobility::kImmovable, fmt::format("it runs on {} as well, as far as is known", twin)});
  }
  Vm vm = vm_of(domain, seen.stats, seen, facts, site_);
  vm.id = *id;
  vm.host = stay.seat->host.id;
  vm.touched = most_touched(stay, vm);
  if (!twin.empty()) vm.level = AutomationLevel::kObserve;
  for (const std::string& complaint : domain.complaints)
    o.troubles.push_back(fmt::format("VM {} on {}: {}", domain.name, stay.seat->host.name, complaint));
  tell_use(stay, seen, vm, o);
  if (word && !vm.guest_statistics) take_word(*word, vm);
  o.inventory.vms.push_back(std::move(vm));
  o.vms.push_back(std::move(seen));
}

Observation Census::take(const std::vector<HostView>& views) {
  Observation o;
  const std::vector<Seat> seated = seats(views, o);
  const auto domains = stays(seated);
  std::erase_if(home_, [&](const auto& entry) { return !domains.contains(entry.first); });
  std::erase_if(touched_, [&](const auto& entry) { return !domains.contains(entry.first); });
  std::erase_if(measured_, [&](const auto& entry) { return !domains.contains(entry.first); });
  Instant newest{};
  for (const Seat& s : seated) newest = std::max(newest, s.view.reading->at);
  rates_.forget_before(newest);
  for (const auto& [uuid, where] : domains) add_vm(uuid, where, o);
  std::vector<std::size_t> order(o.vms.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return o.inventory.vms[a].id < o.inventory.vms[b].id; });
  std::vector<Vm> vms;
  std::vector<SeenVm> seen;
  for (std::size_t i : order) {
    vms.push_back(std::move(o.inventory.vms[i]));
    seen.push_back(std::move(o.vms[i]));
  }
  o.inventory.vms = std::move(vms);
  o.vms = std::move(seen);
  std::sort(o.samples.begin(), o.samples.end(), [](const VmSample& a, const VmSample& b) { return a.vm < b.vm; });
  return o;
}

}  // namespace headroom::libvirt
