#include "headroom/cost/host_price.h"

#include <algorithm>
#include <utility>

namespace headroom::cost {
namespace {

double energy_usd_per_hour(const HostPrice& price, const HostRates& rates, double utilisation) {
  return watts(price, utilisation) / 1000 * rates.usd_per_kwh;
}

}  // namespace

double watts(const HostPrice& price, double utilisation) {
  return price.watts_idle + (price.watts_full - price.watts_idle) * std::clamp(utilisation, 0.0, 1.0);
}

double energy_kwh(const HostPrice& price, double utilisation, Duration while_on) {
  return watts(price, utilisation) / 1000 * hours(while_on);
}

double host_usd_per_hour(const Host& host, const HostRates& rates, double utilisation) {
  const HostPrice& price = host.price;
  const bool is_on = host.power == PowerState::kOn || host.power == PowerState::kStarting;
  switch (price.price_class) {
    case PriceClass::kReserved: return price.usd_per_hour;
    case PriceClass::kOnDemand:
    case PriceClass::kSpot: return is_on ? price.usd_per_hour : 0;
    case PriceClass::kPower: return is_on ? price.usd_per_hour + energy_usd_per_hour(price, rates, utilisation) : 0;
  }
  return 0;
}

double marginal_usd_per_hour(const Host& host, const HostRates& rates, double utilisation) {
  const HostPrice& price = host.price;
  switch (price.price_class) {
    case PriceClass::kReserved: return 0;
    case PriceClass::kOnDemand: return price.usd_per_hour;
    case PriceClass::kSpot: return price.usd_per_hour + price.interruptions_per_day / 24 * rates.usd_per_interruption;
    case PriceClass::kPower: return price.usd_per_hour + energy_usd_per_hour(price, rates, utilisation);
  }
  return 0;
}

std::vector<HostId> cheapest_first(const std::vector<Host>& hosts, const HostRates& rates) {
  std::vector<std::pair<double, HostId>> priced;
  priced.reserve(hosts.size());
  for (const Host& host : hosts) priced.emplace_back(marginal_usd_per_hour(host, rates), host.id);
  std::sort(priced.begin(), priced.end());
  std::vector<HostId> order;
  order.reserve(priced.size());
  for (const auto& [price, id] : priced) order.push_back(id);
  return order;
}

}  // namespace headroom::cost
