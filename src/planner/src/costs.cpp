#include "costs.h"

#include <algorithm>

#include "headroom/cost/bill.h"
#include "transfer.h"

namespace headroom {
namespace {

bool is_on(const Host& host) { return host.power == PowerState::kOn || host.power == PowerState::kStarting; }

}  // namespace

Costs::Costs(const Snapshot& s, const Policy& policy) : snapshot_(&s), policy_(&policy) {
  if (!policy.book) return;
  vms_.assign(s.hosts.size(), 0);
  cpu_.assign(s.hosts.size(), 0);
  for (const Vm& vm : s.vms) {
    const auto h = static_cast<std::size_t>(s.find(vm.host) - s.hosts.data());
    vms_[h] += 1;
    cpu_[h] += vm.used[index(Resource::kCpu)];
  }
  double running = 0;
  for (const Host& host : s.hosts) {
    running += is_on(host);
    if (is_on(host) && host.price.price_class == PriceClass::kOnDemand) ++on_[host.type];
  }
  mean_vms_ = static_cast<double>(s.vms.size()) / std::max(1.0, running);
}

bool Costs::paid_anyway(std::size_t h) const {
  const PriceClass price_class = host(h).price.price_class;
  if (!policy_->book || price_class != PriceClass::kOnDemand) return price_class == PriceClass::kReserved;
  const auto held = policy_->book->reservations.find(host(h).type);
  if (held == policy_->book->reservations.end()) return false;
  const auto on = on_.find(host(h).type);
  const std::int64_t others = (on == on_.end() ? 0 : on->second) - (is_on(host(h)) ? 1 : 0);
  return others < static_cast<std::int64_t>(held->second.hosts);
}

double Costs::running(std::size_t h) const {
  if (!policy_->book) return host(h).price.usd_per_hour;
  if (paid_anyway(h)) return 0;
  cost::HostUse idle = cost::use_of(host(h), 0, vms_[h] > 0 ? vms_[h] : mean_vms_);
  idle.on = true;
  return cost::priced(cost::consumed(idle, 1), policy_->book->prices).total();
}

double Costs::per_core(std::size_t h) const {
  if (paid_anyway(h)) return 0;
  const double cores = std::max(0.001, static_cast<double>(host(h).physical.cpu().count()) / 1000);
  if (!policy_->book) return host(h).price.usd_per_hour / cores;
  return running(h) / cores + cost::core_usd_per_hour(cost::use_of(host(h), cpu_[h], vms_[h]), policy_->book->prices);
}

double Costs::opening(std::size_t h) const { return policy_->book ? running(h) : 0; }

double Costs::start_and_stop(std::size_t h) const {
  if (!policy_->book) return 0;
  // What it costs to run meanwhile is paid for already where it is paid anyway.
  return paid_anyway(h) ? policy_->book->prices.usd_per_host_start : cost::start_stop_usd(host(h).price, policy_->book->prices);
}

double Costs::of_move(const Vm& vm) const {
  if (!policy_->book) return policy_->hosts.usd_per_migration;
  const migration::Estimate e = migration::estimate(payload_of(vm), policy_->hosts.migration.bandwidth);
  const double gib = static_cast<double>(e.bytes.count()) / static_cast<double>((1_GiB).count());
  return cost::migration_usd({.gib_on_wire = gib, .takes = e.duration, .down = e.downtime}, policy_->book->prices);
}

}  // namespace headroom
