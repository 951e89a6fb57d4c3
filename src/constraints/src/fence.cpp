// Only on these hosts.
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
  const placement::HostSet inside = writer.set_of(b.hosts);
  for (std::size_t v : b.vms) writer.keep_on(v, inside, b.constraint.usd_per_hour);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  for (std::size_t v : b.vms)
    if (!std::binary_search(b.hosts.begin(), b.hosts.end(), scene.w.at[v]))
      findings.add({.text = fmt::format("'{}' keeps {} on other hosts than {}, where it is", b.constraint.name,
                                        scene.fleet.vm(v).name, scene.fleet.host(scene.w.at[v]).name),
                    .subject = v,
                    .where = scene.w.at[v]});
}

}  // namespace

const Kind kFence{ConstraintKind::kFence, read, "", fault, nullptr, write, check};

}  // namespace headroom::constraints
