#include "fleet_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headroom::trace {
namespace {

constexpr std::size_t kMaxVms = 20'000;
constexpr std::size_t kMaxNameBytes = 255;  // what the history can keep
constexpr std::int64_t kMaxValues = 1'000'000'000;
constexpr float kGap = std::numeric_limits<float>::quiet_NaN();

}  // namespace

void GrowingVm::cover(std::int64_t first, std::int64_t last) {
  if (slots_ == 0) first_ = first;
  const std::int64_t before = std::max<std::int64_t>(0, first_ - first);
  const std::int64_t size = std::max(first_ + slots_, last + 1) - first_ + before;
  for (std::vector<float>& column : columns_) {
    if (column.empty()) continue;
    column.insert(column.begin(), static_cast<std::size_t>(before), kGap);
    column.resize(static_cast<std::size_t>(size), kGap);
  }
  first_ -= before;
  slots_ = size;
}

void GrowingVm::carry(std::size_t column) {
  columns_[column].resize(static_cast<std::size_t>(slots_), kGap);
}

void GrowingVm::take(std::size_t column, const GrowingVm& other) {
  const std::vector<float>& from = other.columns_[column];
  if (from.empty()) return;
  cover(other.first_, other.first_ + other.slots_ - 1);
  carry(column);
  for (std::int64_t i = 0; i < other.slots_; ++i)
    if (const float v = from[static_cast<std::size_t>(i)]; !std::isnan(v)) set(column, other.first_ + i, v);
}

VmTrace GrowingVm::finish(std::string name) && {
  VmTrace vm;
  vm.name = std::move(name);
  vm.cores = std::max(1, cores);
  vm.core_mhz = core_mhz;
  vm.start = instant_from_epoch_seconds(first_ * kStep_s);
  for (std::size_t r = 0; r < kResourceCount; ++r) vm.demand[r] = std::move(columns_[r]);
  vm.memory_provision = std::move(columns_[kMemoryProvision]);
  vm.memory_name = std::move(memory_name);
  return vm;
}

Result<GrowingVm*> FleetBuilder::grow(const std::string& name, std::int64_t first, std::int64_t last,
                                      std::initializer_list<std::size_t> columns) {
  auto at = vms_.find(name);
  if (at == vms_.end()) {
    if (name.size() > kMaxNameBytes)
      return invalid(fmt::format("the name of the VM would have {} bytes, over {}; shorten the path below the directory given",
                                 name.size(), kMaxNameBytes));
    if (vms_.size() == kMaxVms) return invalid(fmt::format("more than {} VMs; give fewer traces", kMaxVms));
    at = vms_.emplace(name, GrowingVm()).first;
  }
  GrowingVm& vm = at->second;
  const std::int64_t low = vm.slots() == 0 ? first : std::min(first, vm.first());
  const std::int64_t high = vm.slots() == 0 ? last : std::max(last, vm.first() + vm.slots() - 1);
  if (high - low + 1 > kMaxSlots)
    return invalid(
        fmt::format("the samples of {} run from {} to {}, over 3 years; mend the time stamps or leave a "
                    "part out",
                    name, to_rfc3339(instant_from_epoch_seconds(low * kStep_s)),
                    to_rfc3339(instant_from_epoch_seconds(high * kStep_s))));
  values_ += (high - low + 1 - vm.slots()) * static_cast<std::int64_t>(kColumns);
  if (values_ > kMaxValues) return invalid("the traces hold over 4 GB of values; give fewer");
  vm.cover(first, last);
  for (std::size_t column : columns) vm.carry(column);
  return &vm;
}

Fleet FleetBuilder::finish() && {
  Fleet fleet;
  fleet.vms.reserve(vms_.size());
  for (auto& [name, vm] : vms_) fleet.vms.push_back(std::move(vm).finish(name));
  return fleet;
}

}  // namespace headroom::trace
