// Storages and networks a host reaches: what VMs are attached to, and what operators want for some.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  read_names(s, "storages", c.needs.storages);
  read_names(s, "networks", c.needs.networks);
  read_price(s, c);
}

Complaint fault(const Constraint& c) {
  if (auto complaint = no_vms(c)) return complaint;
  if (c.needs.storages.empty() && c.needs.networks.empty()) return "asks for nothing; give it storages or networks";
  return std::nullopt;
}

std::vector<Bound> own_needs(const Fleet& fleet) {
  Bound b;
  b.constraint.kind = ConstraintKind::kReachability;
  b.constraint.name = "reachability";
  b.facts = true;
  for (std::size_t v = 0; v < fleet.vms(); ++v)
    if (!fleet.vm(v).needs.storages.empty() || !fleet.vm(v).needs.networks.empty()) b.vms.push_back(v);
  if (b.vms.empty()) return {};
  return {b};
}

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  std::map<std::pair<Names, Names>, placement::HostSet> known;
  for (std::size_t v : b.vms) {
    const Equipment& needs = b.needs_of(fleet.vm(v));
    const auto [it, is_new] = known.try_emplace({needs.storages, needs.networks});
    if (is_new) {
      std::vector<std::size_t> reach;
      for (std::size_t h = 0; h < fleet.hosts(); ++h)
        if (has_all(fleet.host(h).offers.storages, needs.storages) && has_all(fleet.host(h).offers.networks, needs.networks))
          reach.push_back(h);
      it->second = writer.set_of(reach);
    }
    writer.keep_on(v, it->second, b.constraint.usd_per_hour);
  }
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  for (std::size_t v : b.vms) {
    const Vm& vm = scene.fleet.vm(v);
    const Host& host = scene.fleet.host(scene.w.at[v]);
    const Equipment& needs = b.facts ? vm.needs : b.constraint.needs;
    Names lacks;
    for (const std::string& s : needs.storages)
      if (std::find(host.offers.storages.begin(), host.offers.storages.end(), s) == host.offers.storages.end())
        lacks.push_back("storage " + s);
    for (const std::string& n : needs.networks)
      if (std::find(host.offers.networks.begin(), host.offers.networks.end(), n) == host.offers.networks.end())
        lacks.push_back("network " + n);
    if (!lacks.empty())
      findings.add({.text = fmt::format("{} needs {}, which {} does not reach", vm.name, fmt::join(lacks, ", "), host.name),
                    .subject = v, .where = scene.w.at[v]});
  }
}

}  // namespace

const Kind kReachability{ConstraintKind::kReachability, read, "", fault, own_needs, write, check};

}  // namespace headroom::constraints
