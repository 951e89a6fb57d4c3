// The hosts of a fleet file, and what holds for all of them.
#include <fmt/format.h>

#include <algorithm>

#include "headroom/config/format.h"
#include "sections.h"

namespace headroom::fleet {
namespace {

using config::Section;
using libvirt::HostSite;

// Whether libvirt knows it is for libvirt to say; what has no scheme would be taken for a local path.
config::Format<std::string> uri() {
  return [](std::string_view given) -> Result<std::string> {
    const auto text = config::text(1000)(given);
    if (!text) return text;
    if (const std::size_t scheme = text->find("://"); scheme != 0 && scheme != std::string::npos) return text;
    return invalid(fmt::format("'{}' is no URI; write qemu+tls://host/system, or qemu:///system for this machine", *text));
  };
}

void read_price(Section& s, const std::optional<cost::PriceBook>& book, HostPrice& price) {
  if (s.has("price")) price = cost::read_host_price(s);
  if (!s.has("rented")) return;
  if (book) price = cost::read_rented_price(s, *book, "");
  else s.reject("rented", "the fleet names no 'price book'; add it, or write 'price' and 'usd per hour' instead");
}

HostSite read_host(Section& s, const std::optional<cost::PriceBook>& book) {
  HostSite host;
  s.optional("name", host.name, config::text(kLongestName));
  if (auto capacity = s.optional_section("capacity")) read_resources(*capacity, host.capacity);
  if (auto reserve = s.optional_section("reserve")) read_resources(*reserve, host.reserve);
  if (auto overcommit = s.optional_section("overcommit"))
    for (Resource r : kAllResources) overcommit->optional(name(r), host.overcommit[index(r)], config::number(config::above(0).at_most(64)));
  for (Resource r : kAllResources)
    if (host.capacity[r] > 0 && host.reserve[r] >= host.capacity[r])
      s.reject("reserve", fmt::format("its {} leaves nothing of its capacity for VMs", name(r)));
  read_price(s, book, host.price);
  s.optional("rack", host.rack, config::text(kLongestName));
  s.optional("zone", host.zone, config::text(kLongestName));
  s.list("tags", host.tags, config::text(kLongestName));
  normalise(host.tags);
  return host;
}

// The URI of another host that has this name too; empty: none.
std::string namesake(const libvirt::Site& site, const std::string& name) {
  for (const auto& [uri, host] : site.hosts)
    if (!name.empty() && host.name == name) return uri;
  return {};
}

}  // namespace

void read_resources(Section& section, Resources& into) {
  for (Resource r : kAllResources) section.optional(name(r), into[r], config::amount(r));
}

void read_hosts(Section& top, LiveFleet& fleet) {
  libvirt::Site& site = fleet.pool.observer.site;
  for (Section s : top.sections("hosts", "host")) {
    std::string at;
    s.required("uri", at, uri());
    HostSite host = read_host(s, fleet.book);
    libvirt::Peer peer;
    s.optional("peer", peer.uri, uri());
    s.optional("memory uri", peer.memory_uri, uri());
    if (!at.empty() && site.hosts.contains(at)) s.reject("uri", fmt::format("{} is there twice; remove one", at));
    if (const std::string other = namesake(site, host.name); !other.empty())
      s.reject("name", fmt::format("{} is called '{}' too; rename one", other, host.name));
    if (!peer.uri.empty() || !peer.memory_uri.empty()) fleet.pool.migration.peers[at] = std::move(peer);
    read_switch(s, at, host.name, fleet.pool.power);
    site.hosts[at] = std::move(host);
    fleet.uris.push_back(std::move(at));
  }
}

void read_site(Section& top, libvirt::Site& site) {
  top.list("shared paths", site.shared_paths, config::text(4096));
  top.list("shared networks", site.shared_networks, config::text());
  if (!top.has("owners")) return;
  for (Section s : top.sections("owners", "owner")) {
    std::string vms, owner;
    s.required("vms", vms, config::text());
    s.optional("owner", owner, config::text(kLongestName));  // none: ours
    site.owners.emplace_back(std::move(vms), std::move(owner));
  }
}

}  // namespace headroom::fleet
