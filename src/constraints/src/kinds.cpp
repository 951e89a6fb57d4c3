#include "kinds.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "headroom/base/check.h"

namespace headroom::constraints {
namespace {

constexpr std::array<const Kind*, kConstraintKindCount> kAll{
    &kTogether, &kApart, &kClose, &kSpread,  &kBan,          &kFence,    &kPin,        &kReserve,
    &kMaxVms,   &kCpu,   &kNuma,  &kDevices, &kReachability, &kMobility, &kMaintenance};

}  // namespace

const Kind& kind_of(ConstraintKind kind) {
  const auto found = std::find_if(kAll.begin(), kAll.end(), [kind](const Kind* k) { return k->kind == kind; });
  HEADROOM_CHECK(found != kAll.end(), "every kind is in the list");
  return **found;
}

std::vector<Bound> bind(const Fleet& fleet) {
  std::vector<Bound> all;
  for (const Constraint& c : fleet.snapshot().constraints)
    all.push_back({c, fleet.select(c.vms), fleet.select(c.hosts), false, {}});
  for (const Kind* kind : kAll) {
    if (kind->facts == nullptr) continue;
    for (Bound& bound : kind->facts(fleet)) all.push_back(std::move(bound));
  }
  return all;
}

std::vector<std::size_t> units_of(const Fleet& fleet, const std::vector<Bound>& bounds) {
  std::vector<std::size_t> first(fleet.vms());
  std::iota(first.begin(), first.end(), std::size_t{0});
  const auto root = [&](std::size_t v) {
    while (first[v] != v) v = first[v] = first[first[v]];
    return v;
  };
  for (const Bound& b : bounds) {
    if (b.constraint.kind != ConstraintKind::kTogether || !b.constraint.hard()) continue;
    std::map<std::size_t, std::size_t> on;  // host -> a member there
    for (std::size_t v : b.vms) {
      const std::size_t a = root(v), b_root = root(on.emplace(fleet.now().at[v], v).first->second);
      first[std::max(a, b_root)] = std::min(a, b_root);
    }
  }
  for (std::size_t v = 0; v < first.size(); ++v) first[v] = root(v);
  return first;
}

}  // namespace headroom::constraints
