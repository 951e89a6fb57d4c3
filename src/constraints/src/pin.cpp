// Only on one host; where none is named, on the one it is on.
#include <fmt/format.h>

#include <algorithm>

#include "glob.h"
#include "headroom/config/format.h"
#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  std::string host;
  s.optional("host", host, config::text(kLongestName));
  if (!host.empty()) c.hosts.named = {host};
  read_price(s, c);
}

Complaint fault(const Constraint& c) {
  const HostSelection only_named{c.hosts.named, {}, {}, {}};
  if (c.hosts != only_named || c.hosts.named.size() > 1 || (!c.hosts.named.empty() && !is_plain(c.hosts.named.front())))
    return "a pin names one host, without wildcards; for several there is kind: fence";
  return no_vms(c);
}

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  const bool stay = b.constraint.hosts.everyone();
  for (std::size_t v : b.vms)
    writer.keep_on(v, writer.set_of(stay ? std::vector{fleet.now().at[v]} : b.hosts), b.constraint.usd_per_hour);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  for (std::size_t v : b.vms) {
    const Host& there = scene.fleet.host(scene.w.at[v]);
    const Vm& vm = scene.fleet.vm(v);
    const bool holds =
        b.constraint.hosts.everyone() ? scene.w.at[v] == scene.fleet.now().at[v] : has(b.constraint.hosts.named, there.name);
    if (holds) continue;
    const std::string& wanted =
        b.constraint.hosts.everyone() ? scene.fleet.host(scene.fleet.now().at[v]).name : b.constraint.hosts.named.front();
    findings.add({.text = fmt::format("'{}' pins {} to {}, not {}", b.constraint.name, vm.name, wanted, there.name),
                  .subject = v, .where = scene.w.at[v]});
  }
}

}  // namespace

const Kind kPin{ConstraintKind::kPin, read, "", fault, nullptr, write, check};

}  // namespace headroom::constraints
