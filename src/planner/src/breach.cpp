#include "breach.h"

#include <algorithm>

namespace headroom {
namespace {

constexpr double kAllInUse = 0.999;  // of what a host delivers

std::optional<Duration> passed(const Snapshot& s, const Vm& vm, Resource r, double likely) {
  double before = 0;
  Duration since{};
  for (std::size_t h = 0; h < s.horizons.size(); ++h) {
    const double chance = std::max(before, vm.forecast.at(r, h).peak.exceedance(static_cast<double>(vm.allocation[r])));
    if (chance >= likely && chance > before) {
      const double share = std::max(0.0, likely - before) / (chance - before);
      return since + Duration(static_cast<std::int64_t>(share * static_cast<double>((s.horizons[h] - since).count())));
    }
    before = chance;
    since = s.horizons[h];
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> breach_of(const Draft& d, const Wish& wish) {
  if (wish.reason.code == ReasonCode::kPressure) return Duration{};
  const Vm& vm = d.vm(wish.vm);
  std::optional<Duration> first;
  for (Resource r : kAllResources) {
    if (wish.want[r] <= vm.allocation[r]) continue;
    const auto one = passed(d.snapshot(), vm, r, d.policy().hosts.migration.likely);
    if (one && (!first || *one < *first)) first = one;
  }
  return first;
}

Duration breach_of_host(const Draft& d, std::size_t h, double risk) {
  const HostPolicy& policy = d.policy().hosts;
  double used = 0;
  for (std::size_t i : d.residents(h)) used += d.vm(i).used[index(Resource::kCpu)];
  if (used >= kAllInUse * static_cast<double>(d.host(h).deliverable().cpu().count())) return Duration{};
  const double share = std::min(1.0, policy.migration.likely / std::max(risk, 1e-9));
  return Duration(static_cast<std::int64_t>(share * static_cast<double>(policy.overload_horizon.count())));
}

}  // namespace headroom
