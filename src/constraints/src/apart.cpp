// No two of them on one host, in one rack or in one zone.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "census.h"
#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  read_scope(s, c, {Scope::kHost, Scope::kRack, Scope::kZone}, Scope::kHost);
  read_price(s, c);
}

std::vector<Bound> groups(const Fleet& fleet) {
  std::map<std::string, Bound> found;
  for (std::size_t v = 0; v < fleet.vms(); ++v)
    for (const std::string& group : fleet.vm(v).apart_groups) found[group].vms.push_back(v);
  std::vector<Bound> all;
  for (auto& [group, bound] : found) {
    bound.constraint.kind = ConstraintKind::kApart;
    bound.constraint.name = "apart group " + group;
    all.push_back(std::move(bound));
  }
  return all;
}

// The engine sees a VM on its way at its destination only: nobody else may take the place that it has not left yet.
void keep_out(const Bound& b, const Fleet& fleet, std::size_t leaving, Writer& writer) {
  const Scope scope = b.constraint.scope;
  const std::size_t left = fleet.place(scope, fleet.now().leaves[leaving]);
  std::vector<std::size_t> there;
  for (std::size_t h = 0; h < fleet.hosts(); ++h)
    if (fleet.place(scope, h) == left) there.push_back(h);
  const placement::HostSet elsewhere = writer.all_but(there);
  for (std::size_t v : b.vms)
    if (v != leaving && fleet.place(scope, fleet.now().at[v]) != left) writer.only_on(v, elsewhere);
}

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  writer.relate(placement::Relation::Kind::kApart, b.constraint.scope, b.vms, 0, b.constraint.usd_per_hour);
  if (!b.constraint.hard()) return;
  for (std::size_t v : b.vms)
    if (fleet.now().leaves[v] != kNowhere) keep_out(b, fleet, v, writer);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  const Census census(b, scene, b.constraint.scope, Ends::kBoth);
  std::size_t surplus = 0, fullest = kNowhere;
  for (const auto& [place, there] : census.in) {
    surplus += there.size() - 1;
    if (fullest == kNowhere && there.size() == census.most) fullest = place;
  }
  if (surplus == 0) return;
  findings.add({.text = fmt::format("'{}' has to be apart and {} of it are in {} {}", b.constraint.name, census.most,
                                    name(b.constraint.scope), scene.fleet.place_name(b.constraint.scope, fullest)),
                .amount = static_cast<double>(surplus)});
}

}  // namespace

const Kind kApart{ConstraintKind::kApart, read, "", no_vms, groups, write, check};

}  // namespace headroom::constraints
