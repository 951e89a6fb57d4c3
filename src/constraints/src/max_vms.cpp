// No more VMs than that on a host: what operators say of some hosts, and hosts of themselves. A lane in which every VM needs
// one.
#include <fmt/format.h>

#include <algorithm>

#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

constexpr std::int32_t kMost = 100'000;

void read(config::Section& s, Constraint& c) {
  read_optional_hosts(s, c);
  read_count(s, c, "at most", 0, kMost);
  read_price(s, c);
}

Complaint fault(const Constraint& c) { return count_outside(c, "at most", 0, kMost); }

std::vector<Bound> limits_of_hosts(const Fleet& fleet) {
  Bound b;
  b.constraint.kind = ConstraintKind::kMaxVms;
  b.constraint.name = "max-vms";
  b.facts = true;
  for (std::size_t h = 0; h < fleet.hosts(); ++h)
    if (fleet.host(h).most_vms) b.hosts.push_back(h);
  if (b.hosts.empty()) return {};
  return {b};
}

std::int64_t limit(const Bound& b, const Host& host) { return b.facts ? *host.most_vms : b.constraint.count; }

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  CountedLane& lane = writer.lane(b.constraint.hard() ? "VMs" : "VMs of " + b.constraint.name);
  lane.need.assign(fleet.vms(), 1);
  if (!b.constraint.hard()) lane.weight = writer.units(*b.constraint.usd_per_hour);
  for (std::size_t h : b.hosts) {
    std::int64_t& most = b.constraint.hard() ? lane.capacity[h] : lane.safe[h];
    most = std::min(most, limit(b, fleet.host(h)));
  }
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  std::vector<std::int64_t> carried(scene.fleet.hosts(), 0);
  for (std::size_t v = 0; v < scene.fleet.vms(); ++v) {
    ++carried[scene.w.at[v]];
    if (scene.w.leaves[v] != kNowhere) ++carried[scene.w.leaves[v]];
  }
  for (std::size_t h : b.hosts) {
    const std::int64_t most = b.facts ? *scene.fleet.host(h).most_vms : b.constraint.count;
    if (carried[h] > most)
      findings.add({.text = fmt::format("{} carries {} VMs; '{}' allows {}", scene.fleet.host(h).name, carried[h],
                                        b.constraint.name, most),
                    .amount = static_cast<double>(carried[h] - most),
                    .subject = h});
  }
}

}  // namespace

const Kind kMaxVms{ConstraintKind::kMaxVms, read, "at most", fault, limits_of_hosts, write, check};

}  // namespace headroom::constraints
