// What cannot be moved live stays. VMs say so themselves; who wants a VM to stay writes a pin.
#include <fmt/format.h>

#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

Complaint fault(const Constraint&) {
  return "how a VM may move is what its hypervisor says; to keep one where it is, write kind: pin";
}

std::vector<Bound> immovable(const Fleet& fleet) {
  Bound b;
  b.constraint.kind = ConstraintKind::kMobility;
  b.constraint.name = "mobility";
  for (std::size_t v = 0; v < fleet.vms(); ++v)
    if (fleet.vm(v).mobility != Mobility::kLive) b.vms.push_back(v);
  if (b.vms.empty()) return {};
  return {b};
}

void write(const Bound& b, const Fleet&, Writer& writer) {
  for (std::size_t v : b.vms) writer.fix(v);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  for (std::size_t v : b.vms)
    if (scene.w.at[v] != scene.fleet.now().at[v])
      findings.add(
          {.text = fmt::format("{} may not be moved live: {}", scene.fleet.vm(v).name, scene.fleet.vm(v).mobility_reason),
           .subject = v});
}

}  // namespace

const Kind kMobility{ConstraintKind::kMobility, nullptr, "", fault, immovable, write, check};

}  // namespace headroom::constraints
