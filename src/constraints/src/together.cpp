// All of them on one host. Members that are on one host already move as one unit: one item with the sum of their needs
// (units_of, and the writer's fold). For those that are not there yet, a relation pulls the units onto one host.
#include <fmt/format.h>

#include <map>

#include "census.h"
#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  read_price(s, c);
}

std::vector<Bound> groups(const Fleet& fleet) {
  std::map<std::string, Bound> found;
  for (std::size_t v = 0; v < fleet.vms(); ++v)
    for (const std::string& group : fleet.vm(v).groups) found[group].vms.push_back(v);
  std::vector<Bound> all;
  for (auto& [group, bound] : found) {
    bound.constraint.kind = ConstraintKind::kTogether;
    bound.constraint.name = "group " + group;
    all.push_back(std::move(bound));
  }
  return all;
}

void write(const Bound& b, const Fleet&, Writer& writer) {
  writer.relate(placement::Relation::Kind::kClose, Scope::kHost, b.vms, 0, b.constraint.usd_per_hour);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  const Census census(b, scene, Scope::kHost, Ends::kLast);
  if (census.in.size() < 2) return;
  findings.add({.text = fmt::format("'{}' has to be on one host and is on {}", b.constraint.name,
                                    census.places(scene.fleet, Scope::kHost)),
                .amount = static_cast<double>(census.units - census.most)});
}

}  // namespace

const Kind kTogether{ConstraintKind::kTogether, read, "", no_vms, groups, write, check};

}  // namespace headroom::constraints
