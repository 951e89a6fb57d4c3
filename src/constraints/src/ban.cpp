// Not on these hosts.
#include <fmt/format.h>

#include <algorithm>

#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  read_hosts(s, c);
  read_price(s, c);
}

Complaint fault(const Constraint& c) {
  if (auto complaint = no_vms(c)) return complaint;
  return no_hosts(c);
}

void write(const Bound& b, const Fleet&, Writer& writer) {
  const placement::HostSet others = writer.all_but(b.hosts);
  for (std::size_t v : b.vms) writer.keep_on(v, others, b.constraint.usd_per_hour);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  for (std::size_t v : b.vms)
    if (const std::size_t h = scene.w.at[v]; std::binary_search(b.hosts.begin(), b.hosts.end(), h))
      findings.add({.text = fmt::format("'{}' bans {} from {}, where it is", b.constraint.name, scene.fleet.vm(v).name,
                                        scene.fleet.host(h).name),
                    .subject = v,
                    .where = h});
}

}  // namespace

const Kind kBan{ConstraintKind::kBan, read, "", fault, nullptr, write, check};

}  // namespace headroom::constraints
