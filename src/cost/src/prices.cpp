#include "headroom/cost/prices.h"

#include <algorithm>

namespace headroom::cost {

double Prices::usd_per_down_vm_hour() const {
  double usd = 0;
  for (double one : usd_per_short_vm_hour) usd += one;
  return usd;
}

double Prices::usd_per_interruption_of(double vms) const {
  return usd_per_interruption + vms * hours(interrupted_for) * usd_per_down_vm_hour();
}

double watts(const HostPrice& price, double utilisation) {
  const double busy = std::clamp(utilisation, 0.0, 1.0);
  const std::vector<double>& curve = price.watts_curve;
  if (curve.size() < 2) return price.watts_idle + (price.watts_full - price.watts_idle) * busy;
  const double at = busy * static_cast<double>(curve.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(at), curve.size() - 2);
  return curve[below] + (curve[below + 1] - curve[below]) * (at - static_cast<double>(below));
}

double energy_kwh(const HostPrice& price, double utilisation, Duration while_on) {
  return watts(price, utilisation) / 1000 * hours(while_on);
}

}  // namespace headroom::cost
