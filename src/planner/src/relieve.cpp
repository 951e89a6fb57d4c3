#include <algorithm>

#include "breach.h"
#include "ladder.h"

namespace headroom {
namespace {

constexpr double kWorthLeaving = 0.2;  // at least this share of what is lacking must go with a VM, or it stays

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

// Who should leave a host, and what it lacks then; 0 when that cures it.
struct Leaver {
  std::size_t vm = 0;
  double lacking = 0;
};

// Whoever cures it with the least memory to move first; if nobody does alone, who helps most.
std::vector<Leaver> leavers(const Draft& d, const Placement& p, std::size_t h, double lacking_now) {
  std::vector<Leaver> all;
  for (std::size_t i : d.residents(h)) {
    if (!p.may_move(i)) continue;
    const Placement::Strain after = p.strain_without(h, i);
    if (after.shortfall > (1 - kWorthLeaving) * lacking_now) continue;
    all.push_back({i, after.risk <= d.policy().hosts.overload_confidence ? 0 : after.shortfall});
  }
  std::stable_sort(all.begin(), all.end(), [&](const Leaver& a, const Leaver& b) {
    if (a.lacking != b.lacking) return a.lacking < b.lacking;
    return d.vm(a.vm).allocation.memory() < d.vm(b.vm).allocation.memory();
  });
  return all;
}

// Whoever is gone in time; else whoever can go at all, since nothing but leaving cures it.
bool move_one(const Draft& d, Placement& p, const std::vector<Leaver>& leaving, Reason why, const Placement::Hurry& hurry) {
  struct Late {
    std::size_t vm = 0, to = 0;
    std::string why;
  };
  std::optional<Late> late;
  for (const Leaver& leaver : leaving) {
    const Resources& takes = d.vm(leaver.vm).allocation;
    const auto to = p.cheapest(leaver.vm, takes);
    if (!to) continue;
    const auto against = p.move_in_time(leaver.vm, *to, takes, why, hurry);
    if (!against) return true;
    if (against->too_late && !late) late = {leaver.vm, *to, against->why};
  }
  if (!late) return false;
  why.instead = late->why + ", and nothing else relieves the host";
  return !p.move_in_time(late->vm, late->to, d.vm(late->vm).allocation, why, {{}, hurry.usd_per_hour});
}

}  // namespace

void relieve_hosts(const Draft& d, Placement& p, Shortage& shortage) {
  if (!d.policy().hosts.may_migrate) return;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (d.host(h).power != PowerState::kOn) continue;
    const Placement::Strain now = p.strain(h);
    if (now.risk <= d.policy().hosts.overload_confidence) continue;
    const Reason why = overload_reason(d, p, h, now.risk);
    const std::vector<Leaver> leaving = leavers(d, p, h, now.shortfall);
    const double usd_per_hour = p.overload_usd_per_hour(h);
    if (leaving.empty() || move_one(d, p, leaving, why, {breach_of_host(d, h, now.risk), usd_per_hour})) continue;
    shortage.usd_per_hour += usd_per_hour;
    if (shortage.denied) continue;
    const std::size_t vm = leaving.front().vm;
    shortage.most_pressing = Shortage::Pressing{vm, d.vm(vm).allocation, why};
  }
}

}  // namespace headroom
