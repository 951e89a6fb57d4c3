#include "load_forecast.h"

#include <cmath>

namespace headroom::consolidation {
namespace {

constexpr double kLevelHalfLife = 16, kSpreadHalfLife = 24;  // steps
// What is believed of a VM nobody has seen: the fleet's mean, as if seen for a third of a step (VMs differ more among each
// other than each from step to step), and the spread of a PlanetLab VM, as if for three.
constexpr double kFleetWeight = 0.35;
constexpr double kPriorSpread = 0.008, kPriorSpreadWeight = 3;

double sample(const VmState& vm) { return std::round(vm.past.front() * 100) / 100; }

double fleet_mean(const Site& site) {
  double sum = 0, count = 0;
  for (const VmState& vm : site.vms)
    if (vm.alive) {
      sum += sample(vm);
      ++count;
    }
  return count > 0 ? sum / count : 0;
}

}  // namespace

void LoadForecast::Seen::add(double utilisation) {
  static const double level_fades = std::exp2(-1 / kLevelHalfLife), spread_fades = std::exp2(-1 / kSpreadHalfLife);
  now = utilisation;
  // The level so far is uncertain itself, which makes the error larger than the spread.
  const double error = utilisation - level;
  spread_weight = spread_weight * spread_fades + 1;
  spread += (error * error * level_weight / (level_weight + 1) - spread) / spread_weight;
  level_weight = level_weight * level_fades + 1;
  level += error / level_weight;
}

void LoadForecast::observe(const Site& site) {
  if (vms_.empty()) {
    const double mean = fleet_mean(site);
    for (const VmState& vm : site.vms)
      vms_.push_back({vm.kind.mips, 0, mean, kFleetWeight, kPriorSpread, kPriorSpreadWeight});
  }
  for (std::size_t v = 0; v < vms_.size(); ++v)
    if (site.vms[v].alive) vms_[v].add(sample(site.vms[v]));
}

double LoadForecast::variance(std::size_t vm) const {
  const Seen& seen = vms_[vm];
  return seen.spread * (1 + 1 / seen.level_weight) * seen.mips * seen.mips;
}

}  // namespace headroom::consolidation
