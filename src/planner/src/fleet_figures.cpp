#include "fleet_figures.h"

#include <algorithm>

#include "headroom/cost/bill.h"
#include "headroom/model/find.h"
#include "host_judge.h"

namespace headroom {
namespace {

double size_of(const Vm& vm) {
  constexpr double kBytesPerCore = 4.0 * 1024 * 1024 * 1024;
  return static_cast<double>(vm.allocation.cpu().count()) / 1000 + static_cast<double>(vm.allocation.memory().count()) / kBytesPerCore;
}

bool on(const Host& host) { return host.power == PowerState::kOn || host.power == PowerState::kStarting; }

double bill(const Draft& d, const HostJudge& judge) {
  std::vector<cost::HostUse> hosts;
  for (std::size_t h = 0; h < d.host_count(); ++h)
    hosts.push_back(cost::use_of(d.host(h), judge.load(h).mean, static_cast<double>(d.residents(h).size())));
  const BookPrices book = d.policy().book.value_or(BookPrices{});
  return cost::priced(cost::consumed_per_hour(hosts, book.reservations), book.prices).invoiced();
}

double rent(const Draft& d) {
  double usd = 0;
  if (!d.policy().priced) return usd;
  for (const Vm& vm : d.snapshot().vms)
    for (Resource r : kAllResources) usd += static_cast<double>(vm.allocation[r]) * d.policy().priced->usd_per_unit_hour[index(r)];
  return usd;
}

std::vector<FleetFigures::AtRisk> over_risk(const Draft& d, const HostJudge& judge) {
  std::vector<FleetFigures::AtRisk> over;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (d.host(h).power != PowerState::kOn) continue;
    const double risk = judge.risk(h);
    if (risk > d.policy().hosts.overload_confidence) over.push_back({d.host(h).name, risk});
  }
  std::stable_sort(over.begin(), over.end(), [](const auto& a, const auto& b) { return a.risk > b.risk; });
  return over;
}

void count_room(const Draft& d, const HostJudge& judge, const Vm& typical, FleetFigures& figures) {
  const Load cpu = cpu_load(d.snapshot(), typical, d.policy().hosts, static_cast<double>(typical.allocation.cpu().count()));
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    const bool running = d.host(h).power == PowerState::kOn;
    if (!running && !(d.policy().hosts.may_power && d.host(h).power == PowerState::kOff && d.host(h).can_start)) continue;
    std::size_t& sum = running ? figures.takes_more : figures.takes_more_started;
    sum += judge.takes(h, typical.allocation, cpu, kMostTaken - std::min(sum, kMostTaken));
  }
}

}  // namespace

FleetFigures figures_of(const Snapshot& snapshot, const Policy& policy, const Vm* typical) {
  const Draft d(snapshot, policy);
  const HostJudge judge(d);
  FleetFigures figures;
  figures.hosts = snapshot.hosts.size();
  figures.vms = snapshot.vms.size();
  figures.host_usd_per_hour = bill(d, judge);
  figures.allocation_usd_per_hour = rent(d);
  figures.over_risk = over_risk(d, judge);
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (!on(d.host(h))) continue;
    ++figures.hosts_on;
    for (Resource r : kAllResources) {
      FleetFigures::Fullest& fullest = figures.fullest[index(r)];
      if (const double share = judge.fill(h, r); fullest.host.empty() || share > fullest.share) fullest = {d.host(h).name, share};
    }
  }
  if (typical) count_room(d, judge, *typical, figures);
  return figures;
}

const Vm* typical_vm(const Snapshot& snapshot) {
  if (snapshot.vms.empty()) return nullptr;
  std::vector<const Vm*> by_size;
  for (const Vm& vm : snapshot.vms) by_size.push_back(&vm);
  std::stable_sort(by_size.begin(), by_size.end(), [](const Vm* a, const Vm* b) { return size_of(*a) < size_of(*b); });
  return by_size[(by_size.size() - 1) / 2];
}

Snapshot carried_out(Snapshot s, const Plan& plan) {
  for (const Action& a : plan.actions) {
    if (a.level != AutomationLevel::kAuto) continue;
    Host* host = find_by_id(s.hosts, a.from);
    Vm* vm = find_by_id(s.vms, a.vm);
    if (a.kind == ActionKind::kStartHost && host) host->power = PowerState::kOn;
    if (a.kind == ActionKind::kStopHost && host) host->power = PowerState::kOff;
    if (a.kind == ActionKind::kMigrate && vm) vm->host = a.to;
    if (a.kind != ActionKind::kStartHost && a.kind != ActionKind::kStopHost && vm) vm->allocation = a.after;
  }
  return s;
}

}  // namespace headroom
