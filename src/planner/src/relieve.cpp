#include <algorithm>

#include "ladder.h"

namespace headroom {
namespace {

constexpr double kWorthLeaving = 0.2;  // at least this share of the host's risk must go with a VM, or it stays

Reason overload_reason(const Draft& d, const Placement& p, std::size_t h, double risk) {
  Reason why;
  why.code = ReasonCode::kHostOverload;
  why.rule = d.policy().name;
  why.resource = Resource::kCpu;
  why.horizon = d.policy().hosts.overload_horizon;
  why.level = 0.5;
  why.demand = p.expected_cpu(h);
  why.limit = static_cast<double>(d.host(h).deliverable().cpu().count());
  why.confidence = risk;
  return why;
}

// Who should leave a host, and what its risk is then: whoever cures it with the least memory to move; if nobody does
// alone, who helps most.
struct Leaver {
  std::size_t vm = 0;
  double risk_after = 1;
};

std::vector<Leaver> leavers(const Draft& d, const Placement& p, std::size_t h, double risk) {
  const double enough = d.policy().hosts.overload_confidence;
  std::vector<Leaver> all;
  for (std::size_t i : d.residents(h)) {
    const double after = std::max(enough, p.overload_without(h, i));
    if (d.may_move(i) && after <= (1 - kWorthLeaving) * risk) all.push_back({i, after});
  }
  std::stable_sort(all.begin(), all.end(), [&](const Leaver& a, const Leaver& b) {
    if (a.risk_after != b.risk_after) return a.risk_after < b.risk_after;
    return d.vm(a.vm).allocation.memory() < d.vm(b.vm).allocation.memory();
  });
  return all;
}

bool move_one(const Draft& d, Placement& p, const std::vector<Leaver>& leaving, const Reason& why) {
  for (const Leaver& leaver : leaving) {
    const Resources& takes = d.vm(leaver.vm).allocation;
    const auto to = p.cheapest(leaver.vm, takes);
    if (!to) continue;
    p.move(leaver.vm, *to, takes, why);
    return true;
  }
  return false;
}

// Nobody can leave for a running host. All VMs of an overloaded one suffer, so one more is soon worth its price.
void start_for(Draft& d, const Placement& p, std::size_t h, const Leaver& leaver, Reason why) {
  if (!d.policy().priced) return;
  const PricedSizing& prices = *d.policy().priced;
  const double usd_per_hour = (why.confidence - leaver.risk_after) * static_cast<double>(d.residents(h).size()) *
                              prices.usd_per_overloaded_vm_hour * prices.overload_weight[index(Resource::kCpu)];
  const auto off = p.cheapest_off(leaver.vm, d.vm(leaver.vm).allocation);
  if (!off || usd_per_hour < d.host(*off).price.usd_per_hour) return;
  why.code = ReasonCode::kNeedCapacity;
  d.start_host(*off, why);
}

}  // namespace

void relieve_hosts(Draft& d, Placement& p) {
  if (!d.policy().hosts.may_migrate) return;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (d.host(h).power != PowerState::kOn) continue;
    const double risk = p.overload(h);
    if (risk <= d.policy().hosts.overload_confidence) continue;
    const Reason why = overload_reason(d, p, h, risk);
    const std::vector<Leaver> leaving = leavers(d, p, h, risk);
    if (!leaving.empty() && !move_one(d, p, leaving, why)) start_for(d, p, h, leaving.front(), why);
  }
}

}  // namespace headroom
