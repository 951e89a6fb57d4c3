#include "headroom/cost/consumption.h"

#include <algorithm>

namespace headroom::cost {
namespace {

// Each field once, for whatever is done to all of them.
constexpr double Consumption::*kFields[] = {
    &Consumption::hours,           &Consumption::reserved_usd,   &Consumption::on_demand_usd, &Consumption::spot_usd,
    &Consumption::own_usd,         &Consumption::energy_kwh,     &Consumption::interruptions, &Consumption::interrupted_vms,
    &Consumption::host_starts,     &Consumption::gib_moved,      &Consumption::migration_hours,
    &Consumption::migration_down_hours};

bool covered(const HostUse& host, std::map<std::string_view, std::size_t>& left) {
  if (host.price.price_class != PriceClass::kOnDemand || !host.on) return false;
  const auto found = left.find(host.type);
  if (found == left.end() || found->second == 0) return false;
  --found->second;
  return true;
}

}  // namespace

Consumption& Consumption::operator+=(const Consumption& other) {
  for (auto field : kFields) this->*field += other.*field;
  for (std::size_t k = 0; k < kResourceCount; ++k) short_vm_hours[k] += other.short_vm_hours[k];
  return *this;
}

Consumption Consumption::times(double factor) const {
  Consumption scaled = *this;
  for (auto field : kFields) scaled.*field *= factor;
  for (double& h : scaled.short_vm_hours) h *= factor;
  return scaled;
}

HostUse use_of(const Host& host, double cpu_used_millicores, double vms) {
  const double cpu = std::max<double>(1, static_cast<double>(host.physical.cpu().count()));
  return {.type = host.type,
          .price = host.price,
          .on = host.power == PowerState::kOn || host.power == PowerState::kStarting,
          .cores = cpu / 1000,
          .utilisation = std::clamp(cpu_used_millicores / cpu, 0.0, 1.0),
          .vms = vms};
}

Consumption consumed(const HostUse& host, double hours) {
  Consumption c;
  const double usd = host.price.usd_per_hour * hours;
  if (host.price.price_class == PriceClass::kReserved) c.reserved_usd = usd;
  if (!host.on) return c;
  switch (host.price.price_class) {
    case PriceClass::kReserved: break;
    case PriceClass::kOnDemand: c.on_demand_usd = usd; break;
    case PriceClass::kSpot:
      c.spot_usd = usd;
      c.interruptions = host.price.interruptions_per_day / 24 * hours;
      c.interrupted_vms = c.interruptions * host.vms;
      break;
    case PriceClass::kPower:
      c.own_usd = usd;
      c.energy_kwh = watts(host.price, host.utilisation) / 1000 * hours;
      break;
  }
  return c;
}

Consumption consumed_per_hour(std::span<const HostUse> hosts, const Reservations& reservations) {
  Consumption sum;
  std::map<std::string_view, std::size_t> left;
  for (const auto& [type, reservation] : reservations) {
    left[type] = reservation.hosts;
    sum.reserved_usd += static_cast<double>(reservation.hosts) * reservation.usd_per_hour;
  }
  for (const HostUse& host : hosts)
    if (!covered(host, left)) sum += consumed(host, 1);
  sum.hours = 1;
  return sum;
}

Consumption consumed(const Move& move) {
  Consumption c;
  c.gib_moved = move.gib_on_wire;
  c.migration_hours = hours(move.takes);
  c.migration_down_hours = hours(move.down);
  return c;
}

}  // namespace headroom::cost
