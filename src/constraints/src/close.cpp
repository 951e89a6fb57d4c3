// All of them in one rack or one zone.
#include <fmt/format.h>

#include "census.h"
#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  read_scope(s, c, {Scope::kRack, Scope::kZone});
  read_price(s, c);
}

Complaint fault(const Constraint& c) {
  if (c.scope == Scope::kHost) return "is close on one host; that is kind: together";
  return no_vms(c);
}

void write(const Bound& b, const Fleet&, Writer& writer) {
  writer.relate(placement::Relation::Kind::kClose, b.constraint.scope, b.vms, 0, b.constraint.usd_per_hour);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  const Scope scope = b.constraint.scope;
  const Census census(b, scene, scope, Ends::kLast);
  if (census.in.size() < 2) return;
  findings.add({.text = fmt::format("'{}' has to be in one {} and is in {}", b.constraint.name, name(scope),
                                    census.places(scene.fleet, scope)),
                .amount = static_cast<double>(census.units - census.most)});
}

}  // namespace

const Kind kClose{ConstraintKind::kClose, read, "", fault, nullptr, write, check};

}  // namespace headroom::constraints
