#include "machines.h"

#include <cmath>

#include "headroom/base/check.h"

namespace headroom::consolidation {
namespace {

constexpr std::array<HostKind, kHostKinds> kHostTable{{
    {"HP ProLiant ML110 G4", 1860, 3720, {86, 89.4, 92.6, 96, 99.5, 102, 106, 108, 112, 114, 117}},
    {"HP ProLiant ML110 G5", 2660, 5320, {93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135}},
}};
constexpr std::array<VmKind, 4> kVmTable{{{2500, 870}, {2000, 1740}, {1000, 1740}, {500, 613}}};
// CloudSim ends the program on a load over 1. One that is over by rounding alone is not worth an end.
constexpr double kRounding = 1e-6;

}  // namespace

const HostKind& host_kind(std::size_t host) { return kHostTable[kind_index(host)]; }

const VmKind& vm_kind(std::size_t vm, std::size_t vms) {
  const std::size_t quarter = (vms + kVmTable.size() - 1) / kVmTable.size();
  return kVmTable[vm / quarter];
}

double power_watts(const HostKind& kind, double utilisation) {
  if (utilisation > 1 && utilisation < 1 + kRounding) utilisation = 1;
  HEADROOM_CHECK(utilisation >= 0 && utilisation <= 1, "a host cannot give more than it has");
  // CloudSim's own order of operations: the last digit is wanted too.
  if (std::fmod(utilisation, 0.1) == 0) return kind.watts[static_cast<std::size_t>(utilisation * 10)];
  const auto below = static_cast<std::size_t>(std::floor(utilisation * 10));
  const auto above = static_cast<std::size_t>(std::ceil(utilisation * 10));
  const double per_percent = (kind.watts[above] - kind.watts[below]) / 10;
  return kind.watts[below] + per_percent * (utilisation - static_cast<double>(below) / 10) * 100;
}

}  // namespace headroom::consolidation
