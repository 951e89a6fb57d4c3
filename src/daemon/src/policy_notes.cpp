#include "headroom/daemon/policy_notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "headroom/model/find.h"

namespace headroom {
namespace {

constexpr const char* kAction = "policy";
constexpr const char* kNone = "seen: no policy of its own";

void add_bounds(const char* what, const std::array<std::optional<std::int64_t>, kResourceCount>& bounds, std::vector<std::string>& parts) {
  for (Resource r : kAllResources)
    if (bounds[index(r)]) parts.push_back(fmt::format("{} of {} {}", what, name(r), to_text(r, static_cast<double>(*bounds[index(r)]))));
}

std::string words_of(const libvirt::VmPolicy& policy) {
  std::vector<std::string> parts;
  if (policy.level) parts.push_back(fmt::format("level {}", name(*policy.level)));
  add_bounds("floor", policy.floor, parts);
  add_bounds("ceiling", policy.ceiling, parts);
  if (!policy.may_move) parts.emplace_back("stays on its host");
  return parts.empty() ? kNone : fmt::format("seen: {}", fmt::join(parts, ", "));
}

}  // namespace

bool PolicyNotes::recall() {
  if (recalled_) return true;
  const auto last = audit_->newest_by_target(kAction);
  if (!last) return false;
  for (const access::AuditRecord& r : *last) noted_[r.entry.target] = r.entry.outcome;
  return recalled_ = true;
}

void PolicyNotes::look(const libvirt::Observation& seen) {
  if (!recall()) return;
  for (std::size_t i = 0; i < seen.vms.size(); ++i) {
    const Vm& vm = seen.inventory.vms[i];
    const std::string target = fmt::format("{} {}", vm.name, vm.uuid), now = words_of(seen.vms[i].domain->policy);
    const auto noted = noted_.find(target);
    if (noted == noted_.end() ? now == kNone : noted->second == now) continue;
    const Host* host = find_by_id(seen.inventory.hosts, vm.host);
    if (audit_->append({"somebody on its host", "", host == nullptr ? std::string() : host->name, kAction, target, now})) noted_[target] = now;
  }
}

}  // namespace headroom
