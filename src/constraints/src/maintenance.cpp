// A host that is to be left: nobody new comes, whatever it costs; a VM that is still there has a price, so that it leaves as
// soon as there is a place for it. Operators name such hosts, or a host says itself that it accepts no VMs.
#include <fmt/format.h>

#include <algorithm>

#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

void read(config::Section& s, Constraint& c) {
  read_hosts(s, c);
  read_price(s, c);
}

std::vector<Bound> closed(const Fleet& fleet) {
  Bound b;
  b.constraint.kind = ConstraintKind::kMaintenance;
  b.constraint.name = "maintenance";
  for (std::size_t h = 0; h < fleet.hosts(); ++h)
    if (!fleet.host(h).accepts_vms) b.hosts.push_back(h);
  if (b.hosts.empty()) return {};
  return {b};
}

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  const placement::HostSet open = writer.all_but(b.hosts);
  const double price = b.constraint.usd_per_hour.value_or(writer.drain_usd_per_hour());
  for (std::size_t v = 0; v < fleet.vms(); ++v) {
    const std::size_t at = fleet.now().at[v];
    if (!std::binary_search(b.hosts.begin(), b.hosts.end(), at)) {
      writer.only_on(v, open);
      continue;
    }
    std::vector<std::size_t> others = b.hosts;
    std::erase(others, at);
    writer.only_on(v, writer.all_but(others));
    writer.rather_on(v, open, price);
  }
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  for (std::size_t v = 0; v < scene.fleet.vms(); ++v) {
    const std::size_t at = scene.w.at[v];
    if (std::binary_search(b.hosts.begin(), b.hosts.end(), at))
      findings.add({.text = fmt::format("{} is on {}, which takes no VMs", scene.fleet.vm(v).name, scene.fleet.host(at).name),
                    .subject = v, .where = at, .always_hard = true});
  }
}

}  // namespace

const Kind kMaintenance{ConstraintKind::kMaintenance, read, "", no_hosts, closed, write, check};

}  // namespace headroom::constraints
