#include "observed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "table.h"

namespace headroom::cli {
namespace {

using libvirt::Observation;
using nlohmann::json;

std::string amount(const Resources& r, Resource which) {
  return r[which] == 0 ? "-" : to_text(which, static_cast<double>(r[which]));
}

std::string used_of(const Vm& vm, const libvirt::SeenVm& seen, Resource r) {
  const std::string has = amount(vm.allocation, r);
  if (!seen.measured || !seen.measured->used[index(r)]) return has;
  const std::string used = to_text(r, *seen.measured->used[index(r)]);
  return has == "-" ? used : fmt::format("{} of {}", without_shared_unit(used, has), has);
}

// A VM is always on a host of the same observation.
std::size_t host_of(const Observation& seen, const Vm& vm) {
  const auto& hosts = seen.inventory.hosts;
  return static_cast<std::size_t>(std::find_if(hosts.begin(), hosts.end(), [&](const Host& h) { return h.id == vm.host; }) - hosts.begin());
}

std::string state(const libvirt::SeenVm& seen, bool fresh) {
  static constexpr std::array<std::string_view, 8> kStates{"unknown",       "running", "running", "paused",
                                                           "shutting down", "off",     "crashed", "suspended"};
  const auto& s = seen.stats.state;
  return std::string(s && *s < kStates.size() ? kStates[*s] : kStates[0]) + (fresh ? "" : ", when last heard");
}

std::string hosts_table(const Observation& seen) {
  Table table({"HOST", "URI", "CPUS", "MEMORY", "NUMA", "CPU", "HYPERVISOR", "VMS", "HEARD AT"});
  for (std::size_t i = 0; i < seen.hosts.size(); ++i) {
    const libvirt::HostFacts& f = seen.hosts[i].reading->facts;
    table.add({f.name, seen.hosts[i].uri, std::to_string(f.cpus), to_text(Resource::kMemory, static_cast<double>(f.memory.count())),
               std::to_string(f.cells.size()), f.cpu_model.empty() ? "-" : f.cpu_model,
               fmt::format("{} {}, libvirt {}", f.hypervisor, libvirt::version_text(f.hypervisor_version),
                           libvirt::version_text(f.libvirt_version)),
               std::to_string(seen.hosts[i].reading->domains.size()), to_rfc3339(seen.hosts[i].reading->at)});
  }
  return table.text();
}

std::string vms_table(const Observation& seen) {
  Table table({"VM", "HOST", "STATE", "CPU", "MEMORY", "DISK", "NETWORK", "HELD BACK", "MOVES", "LEVEL", "OWNER"});
  for (std::size_t i = 0; i < seen.vms.size(); ++i) {
    const Vm& vm = seen.inventory.vms[i];
    const libvirt::SeenVm& s = seen.vms[i];
    const std::size_t host = host_of(seen, vm);
    table.add({vm.name, seen.inventory.hosts[host].name, state(s, seen.hosts[host].fresh), used_of(vm, s, Resource::kCpu),
               used_of(vm, s, Resource::kMemory), used_of(vm, s, Resource::kDisk), used_of(vm, s, Resource::kNetwork),
               s.measured ? fmt::format("{:.0f} %", 100 * s.measured->stalled[index(Resource::kCpu)]) : "-", std::string(name(vm.mobility)),
               std::string(name(vm.level)), vm.owner.empty() ? "-" : vm.owner});
  }
  return table.text();
}

// Each host it is not on, with what it lacks.
std::string destinations(const Observation& seen, const Vm& vm) {
  std::string text;
  for (const Host& host : seen.inventory.hosts) {
    const auto missing = libvirt::lacks(vm.needs, host.offers);
    if (host.id != vm.host && !missing.empty()) text += fmt::format("  not to {}: it lacks {}\n", host.name, fmt::join(missing, ", "));
  }
  return text;
}

std::string reasons(const Observation& seen) {
  std::string text;
  for (std::size_t i = 0; i < seen.vms.size(); ++i) {
    const Vm& vm = seen.inventory.vms[i];
    const libvirt::SeenVm& s = seen.vms[i];
    std::string of_vm;
    if (s.owner) of_vm += fmt::format("  owned by {}: {}; it is only watched\n", s.owner->name, s.owner->evidence);
    for (const libvirt::Obstacle& o : s.mobility.obstacles) of_vm += fmt::format("  moves {} at best: {}\n", name(o.leaves), o.text);
    for (Resource r : kAllResources)
      if (const std::string& why = s.scaling.reasons[index(r)]; !why.empty())
        of_vm += fmt::format("  {} scales {}: {}\n", name(r), name(vm.scaling[index(r)]), why);
    of_vm += destinations(seen, vm);
    if (!of_vm.empty()) text += fmt::format("{}\n{}", vm.name, of_vm);
  }
  // Names and texts come from other machines.
  std::string safe;
  for (char c : text) safe += c == '\n' || static_cast<unsigned char>(c) >= 0x20 ? c : '?';
  return safe;
}

json resources(const Resources& r) {
  return {{"cpu_millicores", r.cpu().count()}, {"memory_bytes", r.memory().count()},
          {"disk_bytes_per_second", r.disk().count()}, {"network_bytes_per_second", r.network().count()}};
}

json measured_json(const libvirt::Measurement& m) {
  json used = json::object(), stalled = json::object();
  for (Resource r : kAllResources) {
    const std::string key(name(r));
    used[key] = m.used[index(r)] ? json(*m.used[index(r)]) : json();
    stalled[key] = m.stalled[index(r)];
  }
  return {{"at", to_rfc3339(m.at)}, {"interval_ms", m.interval.count()}, {"used", used}, {"stalled", stalled},
          {"guest_statistics", m.guest_statistics}, {"guest_statistics_age_ms", m.guest_age ? json(m.guest_age->count()) : json()}};
}

json vm_json(const Observation& seen, std::size_t i) {
  const Vm& vm = seen.inventory.vms[i];
  const libvirt::SeenVm& s = seen.vms[i];
  json obstacles = json::array(), lacking = json::object(), scaling = json::object();
  for (const libvirt::Obstacle& o : s.mobility.obstacles)
    obstacles.push_back({{"kind", o.kind}, {"leaves", name(o.leaves)}, {"text", o.text}});
  for (Resource r : kAllResources)
    scaling[std::string(name(r))] = {{"how", name(vm.scaling[index(r)])}, {"reason", s.scaling.reasons[index(r)]}};
  for (const Host& h : seen.inventory.hosts)
    if (h.id != vm.host) lacking[h.name] = libvirt::lacks(vm.needs, h.offers);
  json told = {{"name", vm.name}, {"uuid", vm.uuid}, {"host", seen.inventory.hosts[host_of(seen, vm)].name}, {"state", state(s, true)},
               {"allocation", resources(vm.allocation)}, {"floor", resources(vm.floor)}, {"ceiling", resources(vm.ceiling)},
               {"mobility", name(vm.mobility)}, {"obstacles", obstacles}, {"destination_lacks", lacking}, {"scaling", scaling},
               {"level", name(vm.level)}, {"owner", vm.owner}, {"tags", vm.tags}, {"groups", vm.groups}, {"apart_groups", vm.apart_groups}};
  if (s.owner) told["owner_evidence"] = s.owner->evidence;
  if (s.measured) told["measured"] = measured_json(*s.measured);
  return told;
}

}  // namespace

std::string observed_text(const Observation& seen) {
  if (seen.hosts.empty()) return {};
  std::string text = hosts_table(seen);
  if (seen.vms.empty()) return text;
  text += "\n" + vms_table(seen);
  if (const std::string why = reasons(seen); !why.empty()) text += "\n" + why;
  return text;
}

json observed_json(const libvirt::Round& round) {
  const Observation& seen = round.seen;
  json hosts = json::array(), vms = json::array(), events = json::array();
  for (std::size_t i = 0; i < seen.hosts.size(); ++i) {
    const Host& h = seen.inventory.hosts[i];
    const libvirt::HostFacts& f = seen.hosts[i].reading->facts;
    json cells = json::array(), pages = json::array();
    for (const auto& cell : f.cells) cells.push_back({{"id", cell.id}, {"cpus", cell.cpus}, {"memory_bytes", cell.memory.count()}});
    for (const auto& p : f.hugepages) pages.push_back({{"page_bytes", p.page.count()}, {"count", p.count}});
    hosts.push_back({{"name", h.name}, {"uri", seen.hosts[i].uri}, {"uuid", f.uuid}, {"heard_at", to_rfc3339(h.heard_at)},
                     {"answered", seen.hosts[i].fresh}, {"physical", resources(h.physical)}, {"incoming", resources(h.incoming)},
                     {"cpu_model", f.cpu_model},
                     {"topology", {{"sockets", f.sockets}, {"cores", f.cores}, {"threads", f.threads}}}, {"mhz", f.mhz}, {"numa", cells},
                     {"huge_pages", pages}, {"hypervisor", f.hypervisor},
                     {"hypervisor_version", libvirt::version_text(f.hypervisor_version)},
                     {"libvirt_version", libvirt::version_text(f.libvirt_version)}, {"networks", h.offers.networks},
                     {"storages", h.offers.storages}});
  }
  for (std::size_t i = 0; i < seen.vms.size(); ++i) vms.push_back(vm_json(seen, i));
  for (const libvirt::Event& e : round.events)
    events.push_back({{"kind", name(e.kind)}, {"vm", e.vm_name}, {"uuid", e.vm}, {"detail", e.detail}, {"value", e.value}});
  return {{"hosts", hosts}, {"vms", vms}, {"troubles", seen.troubles}, {"events", events}, {"events_lost", round.events_lost}};
}

}  // namespace headroom::cli
