#include "headroom/cost/bill.h"

#include <algorithm>
#include <numeric>

namespace headroom::cost {
namespace {

double migrations_usd(const Consumption& c, const Prices& prices) {
  const double slow_hours = prices.migration_slowdown * c.migration_hours;
  return c.gib_moved * prices.usd_per_gib_moved + slow_hours * prices.usd_per_short_vm_hour[index(Resource::kCpu)] +
         c.migration_down_hours * prices.usd_per_down_vm_hour();
}

// As many as the reservation covers run for nothing more.
bool has_one_left(std::span<const HostUse> hosts, const Reservations& reservations, const std::string& type) {
  const auto found = reservations.find(type);
  if (found == reservations.end()) return false;
  const auto uses = [&](const HostUse& h) { return h.on && h.price.price_class == PriceClass::kOnDemand && h.type == type; };
  return static_cast<std::size_t>(std::count_if(hosts.begin(), hosts.end(), uses)) < found->second.hosts;
}

}  // namespace

std::string_view name(Part part) {
  switch (part) {
    case Part::kReserved: return "reserved hosts";
    case Part::kOnDemand: return "on-demand hosts";
    case Part::kSpot: return "spot hosts";
    case Part::kOwn: return "own hosts";
    case Part::kEnergy: return "energy";
    case Part::kHostStarts: return "host starts";
    case Part::kInterruptions: return "interruptions";
    case Part::kMigrations: return "migrations";
    case Part::kUnmet: return "unmet demand";
  }
  return "";
}

std::string_view key(Part part) {
  switch (part) {
    case Part::kReserved: return "reserved";
    case Part::kOnDemand: return "on_demand";
    case Part::kSpot: return "spot";
    case Part::kOwn: return "own";
    case Part::kEnergy: return "energy";
    case Part::kHostStarts: return "host_starts";
    case Part::kInterruptions: return "interruptions";
    case Part::kMigrations: return "migrations";
    case Part::kUnmet: return "unmet_demand";
  }
  return "";
}

double Bill::total() const { return std::accumulate(usd.begin(), usd.end(), 0.0); }

double Bill::invoiced() const {
  double sum = 0;
  for (Part part : kAllParts)
    if (is_invoiced(part)) sum += (*this)[part];
  return sum;
}

Bill priced(const Consumption& c, const Prices& prices) {
  Bill bill;
  bill[Part::kReserved] = c.reserved_usd;
  bill[Part::kOnDemand] = c.on_demand_usd;
  bill[Part::kSpot] = c.spot_usd;
  bill[Part::kOwn] = c.own_usd;
  bill[Part::kEnergy] = c.energy_kwh * prices.usd_per_kwh;
  bill[Part::kHostStarts] = c.host_starts * prices.usd_per_host_start;
  bill[Part::kInterruptions] = c.interruptions * prices.usd_per_interruption_of(0) +
                               c.interrupted_vms * (prices.usd_per_interruption_of(1) - prices.usd_per_interruption_of(0));
  bill[Part::kMigrations] = migrations_usd(c, prices);
  for (std::size_t k = 0; k < kResourceCount; ++k)
    bill[Part::kUnmet] += c.short_vm_hours[k] * prices.usd_per_short_vm_hour[k];
  return bill;
}

double marginal_usd_per_hour(std::span<const HostUse> hosts, const Reservations& reservations, const HostUse& more,
                             const Prices& prices) {
  // A reserved host is paid for already, on or off.
  if (more.price.price_class == PriceClass::kReserved) return 0;
  if (more.price.price_class == PriceClass::kOnDemand && has_one_left(hosts, reservations, more.type)) return 0;
  return priced(consumed(more, 1), prices).total();
}

double core_usd_per_hour(const HostUse& host, const Prices& prices) {
  if (host.price.price_class != PriceClass::kPower || host.cores <= 0) return 0;
  const double core = std::min(1.0, 1 / host.cores);
  const double from = std::min(std::clamp(host.utilisation, 0.0, 1.0), 1 - core);
  const double more = watts(host.price, from + core) - watts(host.price, from);
  return more / 1000 * prices.usd_per_kwh / (core * host.cores);
}

double start_stop_usd(const HostPrice& price, const Prices& prices) {
  const double idle_hours = hours(prices.host_start_takes + prices.host_stop_takes);
  if (price.price_class == PriceClass::kReserved) return prices.usd_per_host_start;
  const HostUse starting{.type = {}, .price = price, .on = true, .cores = 0, .utilisation = 1, .vms = 0};
  return prices.usd_per_host_start + priced(consumed(starting, idle_hours), prices).invoiced();
}

double migration_usd(const Move& move, const Prices& prices) { return migrations_usd(consumed(move), prices); }

}  // namespace headroom::cost
