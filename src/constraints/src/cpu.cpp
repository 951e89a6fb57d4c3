// CPU models a host can run and features it has: what VMs were started with, and what operators want for some. With them what
// else a hypervisor has to be able to be (machine types), which only VMs ask for.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  read_names(s, "models", c.needs.cpu_models);
  read_names(s, "features", c.needs.cpu_features);
  read_price(s, c);
}

Complaint fault(const Constraint& c) {
  if (auto complaint = no_vms(c)) return complaint;
  if (c.needs.cpu_models.empty() && c.needs.cpu_features.empty()) return "asks for nothing; give it models or features";
  return std::nullopt;
}

std::vector<Bound> own_needs(const Fleet& fleet) {
  Bound b;
  b.constraint.kind = ConstraintKind::kCpu;
  b.constraint.name = "cpu";
  b.facts = true;
  for (std::size_t v = 0; v < fleet.vms(); ++v)
    if (const Equipment& needs = fleet.vm(v).needs; !needs.cpu_models.empty() || !needs.cpu_features.empty() || !needs.platforms.empty())
      b.vms.push_back(v);
  if (b.vms.empty()) return {};
  return {b};
}

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  std::map<std::array<Names, 3>, placement::HostSet> known;  // most VMs of a fleet need the same
  for (std::size_t v : b.vms) {
    const Equipment& needs = b.needs_of(fleet.vm(v));
    const auto [it, is_new] = known.try_emplace({needs.cpu_models, needs.cpu_features, needs.platforms});
    if (is_new) {
      std::vector<std::size_t> able;
      for (std::size_t h = 0; h < fleet.hosts(); ++h)
        if (has_all(fleet.host(h).offers.cpu_models, needs.cpu_models) &&
            has_all(fleet.host(h).offers.cpu_features, needs.cpu_features) &&
            has_all(fleet.host(h).offers.platforms, needs.platforms))
          able.push_back(h);
      it->second = writer.set_of(able);
    }
    writer.keep_on(v, it->second, b.constraint.usd_per_hour);
  }
}

void missing(const Names& wanted, const Names& offered, Names& into) {
  for (const std::string& name : wanted)
    if (std::find(offered.begin(), offered.end(), name) == offered.end()) into.push_back(name);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  for (std::size_t v : b.vms) {
    const Vm& vm = scene.fleet.vm(v);
    const Host& host = scene.fleet.host(scene.w.at[v]);
    const Equipment& needs = b.facts ? vm.needs : b.constraint.needs;
    Names lacks;
    missing(needs.cpu_models, host.offers.cpu_models, lacks);
    missing(needs.cpu_features, host.offers.cpu_features, lacks);
    const bool of_cpu = !lacks.empty();
    missing(needs.platforms, host.offers.platforms, lacks);
    if (!lacks.empty())
      findings.add({.text = fmt::format("{} needs {}{}, which {} lacks", vm.name, of_cpu ? "a CPU with " : "", fmt::join(lacks, ", "),
                                        host.name),
                    .subject = v, .where = scene.w.at[v]});
  }
}

}  // namespace

const Kind kCpu{ConstraintKind::kCpu, read, "", fault, own_needs, write, check};

}  // namespace headroom::constraints
