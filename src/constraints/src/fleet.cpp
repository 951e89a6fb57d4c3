#include "fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>

#include "glob.h"
#include "headroom/base/check.h"

namespace headroom::constraints {
namespace {

std::string label(const Host& host, Scope scope) {
  const auto known = [](const std::string& text) { return text.empty() ? std::string("unknown") : text; };
  switch (scope) {
    case Scope::kHost: return host.name;
    case Scope::kRack: return host.zone.empty() ? known(host.rack) : fmt::format("{}/{}", host.zone, known(host.rack));
    case Scope::kZone: return known(host.zone);
  }
  return {};
}

bool any_matches(const Names& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return matches(p, text); });
}

bool any_of(const Names& wanted, const Names& have) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) { return has(have, name); });
}

}  // namespace

Fleet::Fleet(const Snapshot& snapshot) : snapshot_(&snapshot) {
  place_[at(Scope::kHost)].resize(hosts());
  std::iota(place_[at(Scope::kHost)].begin(), place_[at(Scope::kHost)].end(), std::size_t{0});
  for (const Host& h : snapshot.hosts) names_[at(Scope::kHost)].push_back(h.name);
  for (Scope scope : {Scope::kRack, Scope::kZone}) {
    std::map<std::string, std::size_t> seen;
    for (const Host& h : snapshot.hosts) {
      const auto [it, is_new] = seen.emplace(label(h, scope), seen.size());
      if (is_new) names_[at(scope)].push_back(it->first);
      place_[at(scope)].push_back(it->second);
    }
  }
  for (const Host& h : snapshot.hosts) now_.on.push_back(h.power == PowerState::kOn || h.power == PowerState::kStarting);
  for (std::size_t v = 0; v < vms(); ++v) {
    by_name_.emplace(vm(v).name, v);
    for (const std::string& tag : vm(v).tags) by_tag_.emplace(tag, v);
    for (const Names* groups : {&vm(v).groups, &vm(v).apart_groups})
      for (const std::string& group : *groups) by_group_.emplace(group, v);
    now_.at.push_back(index_of(vm(v).host));
    HEADROOM_CHECK(now_.at.back() != kNowhere, "a VM's host is in the snapshot");
  }
  now_.leaves.assign(vms(), kNowhere);
  for (const InFlight& f : snapshot.in_flight) {
    const std::size_t v = index_of(f.action.vm), to = index_of(f.action.to);
    if (f.action.kind != ActionKind::kMigrate || v == kNowhere || to == kNowhere || to == now_.at[v]) continue;
    now_.leaves[v] = now_.at[v];
    now_.at[v] = to;
  }
}

std::size_t Fleet::index_of(HostId id) const {
  const Host* host = snapshot_->find(id);
  return host == nullptr ? kNowhere : static_cast<std::size_t>(host - snapshot_->hosts.data());
}

std::size_t Fleet::index_of(VmId id) const {
  const Vm* vm = snapshot_->find(id);
  return vm == nullptr ? kNowhere : static_cast<std::size_t>(vm - snapshot_->vms.data());
}

void Fleet::look_up(const Names& words, const Index& index, std::vector<std::size_t>& found) {
  for (const std::string& word : words) {
    const auto [first, last] = index.equal_range(word);
    for (auto it = first; it != last; ++it) found.push_back(it->second);
  }
}

// Those that satisfy one of the lists, perhaps twice. Words are looked up; only wildcards cost a walk over the fleet.
std::vector<std::size_t> Fleet::candidates(const VmSelection& s) const {
  std::vector<std::size_t> found;
  if (!s.named.empty()) {
    Names wild;
    std::copy_if(s.named.begin(), s.named.end(), std::back_inserter(wild), [](const std::string& p) { return !is_plain(p); });
    look_up(s.named, by_name_, found);
    for (std::size_t v = 0; !wild.empty() && v < vms(); ++v)
      if (any_matches(wild, vm(v).name)) found.push_back(v);
  } else if (!s.tagged.empty()) {
    look_up(s.tagged, by_tag_, found);
  } else if (!s.grouped.empty()) {
    look_up(s.grouped, by_group_, found);
  } else {
    found.resize(vms());
    std::iota(found.begin(), found.end(), std::size_t{0});
  }
  return found;
}

std::vector<std::size_t> Fleet::select(const VmSelection& s) const {
  std::vector<std::size_t> found = candidates(s);
  std::erase_if(found, [&](std::size_t v) {
    const Vm& it = vm(v);
    return (!s.tagged.empty() && !any_of(s.tagged, it.tags)) ||
           (!s.grouped.empty() && !any_of(s.grouped, it.groups) && !any_of(s.grouped, it.apart_groups));
  });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<std::size_t> Fleet::select(const HostSelection& s) const {
  std::vector<std::size_t> found;
  for (std::size_t h = 0; h < hosts(); ++h) {
    const Host& it = host(h);
    if ((s.named.empty() || any_matches(s.named, it.name)) && (s.tagged.empty() || any_of(s.tagged, it.tags)) &&
        (s.racks.empty() || any_matches(s.racks, it.rack)) && (s.zones.empty() || any_matches(s.zones, it.zone)))
      found.push_back(h);
  }
  return found;
}

}  // namespace headroom::constraints
