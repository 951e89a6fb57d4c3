#include "referee.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

constexpr double kTolerance = 1.001;

bool scored(Resource r) { return r == Resource::kCpu || r == Resource::kMemory; }

}  // namespace

Referee::Referee(const World& world) : world_(world) {
  for (const Host& h : world.hosts)
    if (h.price.price_class == PriceClass::kSpot) interruptions_per_hour_[h.id] = h.price.interruptions_per_day / 24;
}

void Referee::on_delivery(const Delivery& d) {
  const double length_min = minutes(d.end - d.begin);
  double usd_per_hour = 0;
  for (Resource r : kAllResources)
    usd_per_hour += static_cast<double>(d.allocation[r]) * world_.scenario.usd_per_unit_hour[index(r)];
  allocation_usd_ += usd_per_hour * length_min / 60;
  if (const auto spot = interruptions_per_hour_.find(d.host); spot != interruptions_per_hour_.end())
    consumed_.interrupted_vms += spot->second * length_min / 60;
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
    consumed_.short_vm_hours[k] += length_min / 60;
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
  // Its VMs are counted where they are delivered to, and what is paid on or off at the end.
  const cost::HostUse use = cost::use_of(host, cpu_used, 0);
  if (host.price.price_class != PriceClass::kReserved) consumed_ += cost::consumed(use, hours(length));
  energy_wh_ += cost::watts(host.price, use.utilisation) * hours(length);
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
      if (action.kind == ActionKind::kMigrate) count_move(action, progress);
      break;
    case ActionKind::kStartHost: ++host_starts_; break;
    case ActionKind::kStopHost: ++host_stops_; break;
  }
}

// What pre-copy sends fills the wire all the time that is neither setting up nor switching over.
void Referee::count_move(const Action& move, const Progress& progress) {
  const PoolTimings& t = world_.scenario.timings;
  const Duration down = progress.downtime.value_or(Duration{}), took = progress.took.value_or(Duration{});
  const Duration sending = std::max(Duration{}, took - t.migration_setup - t.downtime_overhead);
  ++migrations_;
  downtime_ += down;
  const double bytes = hours(sending) * 3600 * t.migration_rate(move);
  consumed_ += cost::consumed(cost::Move{.gib_on_wire = bytes / static_cast<double>((1_GiB).count()), .takes = took, .down = down});
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
  report.consumed = consumed_;
  report.consumed.hours = hours(now - world_.window.begin);
  report.consumed.reserved_usd = reserved_usd_per_hour * report.consumed.hours;
  report.consumed.host_starts = static_cast<double>(host_starts_);
  report.host_bill_per_day = (consumed_.on_demand_usd + consumed_.spot_usd + consumed_.own_usd) / days + reserved_usd_per_hour * 24;
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
