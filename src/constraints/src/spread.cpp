// In at least so many hosts, racks or zones; as many as there are members, where they are fewer.
#include <fmt/format.h>

#include <algorithm>

#include "census.h"
#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

constexpr std::int32_t kMostPlaces = 1000;

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  read_scope(s, c, {Scope::kHost, Scope::kRack, Scope::kZone});
  read_count(s, c, "at least", 2, kMostPlaces);
  read_price(s, c);
}

Complaint fault(const Constraint& c) {
  if (auto complaint = no_vms(c)) return complaint;
  return count_outside(c, "at least", 2, kMostPlaces);
}

void write(const Bound& b, const Fleet&, Writer& writer) {
  writer.relate(placement::Relation::Kind::kSpread, b.constraint.scope, b.vms, b.constraint.count, b.constraint.usd_per_hour);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  const Scope scope = b.constraint.scope;
  const Census census(b, scene, scope, Ends::kLast);
  const std::size_t wanted = std::min(static_cast<std::size_t>(b.constraint.count), census.units);
  if (census.in.size() >= wanted) return;
  findings.add({.text = fmt::format("'{}' has to be in at least {} {}s and is in {}", b.constraint.name, wanted, name(scope),
                                    census.places(scene.fleet, scope)),
                .amount = static_cast<double>(wanted - census.in.size())});
}

}  // namespace

const Kind kSpread{ConstraintKind::kSpread, read, "at least", fault, nullptr, write, check};

}  // namespace headroom::constraints
