#include "headroom/accuracy/truth.h"

#include <algorithm>
#include <limits>

namespace headroom {
namespace {

constexpr double kUnknownMemory = 1 << 30;  // bytes
constexpr double kMostCpu = 200, kMostMemory = 100;

double most_of(const VmTrace& vm, Resource r) {
  if (r == Resource::kCpu && vm.cores > 0) return kMostCpu;
  if (r == Resource::kMemory && !vm.memory_provision.empty()) return kMostMemory;
  return std::numeric_limits<double>::infinity();
}

}  // namespace

std::vector<ScoredTarget> targets_of(const Horizons& horizons, Duration step) {
  std::vector<ScoredTarget> targets;
  for (Duration h : horizons) targets.push_back({static_cast<int>(h / step), false});
  targets.push_back({targets.back().steps, true});
  return targets;
}

const char* scored_name(Resource r) {
  static constexpr std::array<const char*, kResourceCount> kNames{"cpu", "mem", "disk", "net"};
  return kNames[index(r)];
}

const std::string& series_id(const VmTrace& vm, Resource r) {
  return r == Resource::kMemory && !vm.memory_name.empty() ? vm.memory_name : vm.name;
}

double scored_unit(const VmTrace& vm, Resource r, std::size_t slot) {
  if (r == Resource::kCpu) return 10.0 * std::max(1, vm.cores);
  if (r != Resource::kMemory) return 1000;
  if (vm.memory_provision.empty()) return kUnknownMemory / 100;
  return slot < vm.memory_provision.size() ? vm.memory_provision[slot] / 100.0 : 0;
}

Truth::Truth(const VmTrace& vm, Resource resource, Duration step)
    : vm_(vm), resource_(resource), begin_(vm.start.time_since_epoch() / step) {
  const auto& demand = vm.demand[index(resource)];
  const auto& stalled = vm.stalled[index(resource)];
  has_allocation_ = std::isfinite(most_of(vm, resource));
  const double most = most_of(vm, resource);
  std::size_t first = demand.size(), end = 0;
  for (std::size_t k = 0; k < demand.size(); ++k) {
    const double unit = scored_unit(vm, resource, k);
    const bool held_back = k < stalled.size() && stalled[k] > 0;
    const bool known = !std::isnan(demand[k]) && unit > 0 && !held_back;
    if (!known && first == demand.size()) continue;
    first = std::min(first, k);
    value_.push_back(known ? std::clamp(demand[k] / unit, 0.0, most) : std::nan(""));
    if (known) end = k + 1;
  }
  if (end == 0) return;
  first_ = begin_ + static_cast<std::int64_t>(first);
  end_ = begin_ + static_cast<std::int64_t>(end);
  value_.resize(end - first);
}

double Truth::target(std::int64_t origin, ScoredTarget target) const {
  if (!target.peak) return at(origin + target.steps);
  double highest = 0;
  for (int k = 1; k <= target.steps; ++k) {
    const double y = at(origin + k);
    if (std::isnan(y)) return y;
    highest = std::max(highest, y);
  }
  return highest;
}

double Truth::unit(std::int64_t step) const {
  return step < begin_ ? 0 : scored_unit(vm_, resource_, static_cast<std::size_t>(step - begin_));
}

}  // namespace headroom
