#include "referee.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

constexpr double kTolerance = 1.001;

bool scored(Resource r) { return r == Resource::kCpu || r == Resource::kMemory; }

}  // namespace

void Referee::on_delivery(const Delivery& d) {
  const double length_min = minutes(d.end - d.begin);
  double usd_per_hour = 0;
  for (Resource r : kAllResources)
    usd_per_hour += static_cast<double>(d.allocation[r]) * world_.scenario.usd_per_unit_hour[index(r)];
  allocation_usd_ += usd_per_hour * length_min / 60;
  if (!d.recorded) return;
  bool overloaded = false, overloaded_all = false;
  for (Resource r : kAllResources) {
    const std::size_t k = index(r);
    const double wanted = d.demand[k], limited = d.limited[k], got = d.delivered[k];
    demand_[k] += wanted * length_min;
    unmet_[k] += std::max(0.0, wanted - got) * length_min;
    used_[k] += got * length_min;
    allocated_[k] += static_cast<double>(d.allocation[r]) * length_min;
    const bool by_own = wanted > limited * kTolerance, by_host = limited > got * kTolerance;
    if (by_own) own_limit_[k] += length_min;
    if (by_host) host_limit_[k] += length_min;
    if (!by_own && !by_host) continue;
    overloaded_all = true;
    overloaded = overloaded || scored(r);
  }
  minutes_ += length_min;
  if (overloaded) {
    overloaded_ += length_min;
    const auto day = static_cast<std::size_t>((d.begin - world_.window.begin) / std::chrono::hours(24));
    by_day_.resize(std::max(by_day_.size(), day + 1));
    by_day_[day] += length_min;
  }
  if (overloaded_all) overloaded_all_ += length_min;
}

void Referee::on_host(const Host& host, Duration length, double cpu_used) {
  if (host.price.price_class != PriceClass::kReserved) on_demand_usd_ += host.price.usd_per_hour * hours(length);
  const double busy = std::clamp(cpu_used / std::max<double>(1, static_cast<double>(host.physical.cpu().count())), 0.0, 1.0);
  energy_wh_ += (host.price.watts_idle + (host.price.watts_full - host.price.watts_idle) * busy) * hours(length);
}

void Referee::on_finished(const Action& action, const Progress& progress) {
  if (progress.state != ActionState::kDone) {
    ++failures_;
    return;
  }
  switch (action.kind) {
    case ActionKind::kResize:
    case ActionKind::kMigrate:
      for (Resource r : kAllResources) scalings_[index(r)] += action.after[r] != action.before[r];
      if (action.kind == ActionKind::kMigrate) {
        ++migrations_;
        downtime_ += progress.downtime.value_or(Duration{});
      }
      break;
    case ActionKind::kStartHost: ++host_starts_; break;
    case ActionKind::kStopHost: ++host_stops_; break;
  }
}

void Referee::fill(Report& report, Instant now) const {
  constexpr double kLeast = 1e-9;  // so that a run not begun has no rates, rather than no numbers
  const double days = std::max(kLeast, hours(now - world_.window.begin) / 24);
  const double vm_days = static_cast<double>(world_.vms.size()) * days;
  double reserved_usd_per_hour = 0;  // paid for on or off
  for (const Host& h : world_.hosts)
    if (h.price.price_class == PriceClass::kReserved) reserved_usd_per_hour += h.price.usd_per_hour;
  report.view = name(world_.view);
  report.vms = world_.vms.size();
  report.hosts = world_.view == View::kVertical ? 0 : world_.hosts.size();
  report.bill_per_day = allocation_usd_ / days;
  report.host_bill_per_day = on_demand_usd_ / days + reserved_usd_per_hour * 24;
  report.overload_vm_minutes = overloaded_;
  report.overload_share = minutes_ > 0 ? overloaded_ / minutes_ : 0;
  report.overload_vm_minutes_all = overloaded_all_;
  report.own_limit_minutes = own_limit_;
  report.host_limit_minutes = host_limit_;
  report.overload_by_day = by_day_;
  report.overload_by_day.resize(static_cast<std::size_t>(std::ceil(days - kLeast)));
  for (std::size_t k = 0; k < kResourceCount; ++k) {
    report.unmet_demand_ratio[k] = demand_[k] > 0 ? unmet_[k] / demand_[k] : 0;
    report.slack[k] = used_[k] > 0 ? allocated_[k] / used_[k] : 0;
  }
  const double scored_scalings = static_cast<double>(scalings_[0] + scalings_[1]);
  report.scalings_per_vm_day = scored_scalings / vm_days;
  report.scalings_per_vm_day_all = (scored_scalings + static_cast<double>(scalings_[2] + scalings_[3])) / vm_days;
  report.migrations_per_vm_day = static_cast<double>(migrations_) / vm_days;
  report.migration_downtime_seconds = static_cast<double>(downtime_.count()) / 1000;
  report.energy_kwh = energy_wh_ / 1000;
  report.host_starts = host_starts_;
  report.host_stops = host_stops_;
  report.failed_actions = failures_;
}

}  // namespace headroom
