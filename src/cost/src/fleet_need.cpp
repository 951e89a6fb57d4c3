#include "headroom/cost/fleet_need.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headroom::cost {
namespace {

constexpr Duration kHour = std::chrono::hours(1);

struct Sums {
  std::vector<double> cpu, memory;
  std::vector<std::uint8_t> known;
};

double largest(const std::vector<float>& demand) {
  double most = 0;
  for (float d : demand)
    if (!std::isnan(d)) most = std::max(most, static_cast<double>(d));
  return most;
}

void add(const std::vector<float>& demand, std::size_t at, std::vector<double>& sums, std::vector<std::uint8_t>& known) {
  for (std::size_t k = 0; k < demand.size(); ++k) {
    if (std::isnan(demand[k])) continue;
    sums[at + k] += static_cast<double>(demand[k]);
    known[at + k] = 1;
  }
}

Sums sums_of(const Fleet& fleet, Instant start, std::size_t steps) {
  Sums sums{std::vector<double>(steps), std::vector<double>(steps), std::vector<std::uint8_t>(steps)};
  for (const VmTrace& vm : fleet.vms) {
    const auto at = static_cast<std::size_t>((vm.start - start) / fleet.step);
    add(vm.demand[index(Resource::kCpu)], at, sums.cpu, sums.known);
    add(vm.demand[index(Resource::kMemory)], at, sums.memory, sums.known);
  }
  return sums;
}

}  // namespace

std::size_t FleetNeed::known_hours() const {
  return static_cast<std::size_t>(std::count_if(cpu.begin(), cpu.end(), [](double c) { return !std::isnan(c); }));
}

FleetNeed need_of(const Fleet& fleet) {
  FleetNeed need;
  need.vms = fleet.vms.size();
  Instant first = Instant::max(), last = Instant::min();
  for (const VmTrace& vm : fleet.vms) {
    if (vm.slots() == 0) continue;
    first = std::min(first, vm.start);
    last = std::max(last, vm.start + fleet.step * static_cast<std::int64_t>(vm.slots()));
    need.largest_cpu = std::max(need.largest_cpu, largest(vm.demand[index(Resource::kCpu)]));
    need.largest_memory = std::max(need.largest_memory, largest(vm.demand[index(Resource::kMemory)]));
  }
  if (first >= last) return need;
  const Instant start = Instant(first.time_since_epoch() / kHour * kHour);
  need.start = start;
  const auto each = static_cast<std::size_t>(std::max<std::int64_t>(1, kHour / fleet.step));
  const std::size_t hours = static_cast<std::size_t>((last - start + kHour - Duration(1)) / kHour);
  const Sums sums = sums_of(fleet, start, hours * each);
  need.cpu.assign(hours, std::numeric_limits<double>::quiet_NaN());
  need.memory = need.cpu;
  for (std::size_t h = 0; h < hours; ++h) {
    const auto from = static_cast<std::ptrdiff_t>(h * each), to = from + static_cast<std::ptrdiff_t>(each);
    const auto known = std::count(sums.known.begin() + from, sums.known.begin() + to, 1);
    if (known == 0 || static_cast<std::size_t>(known) * 2 < each) continue;
    need.cpu[h] = *std::max_element(sums.cpu.begin() + from, sums.cpu.begin() + to);
    need.memory[h] = *std::max_element(sums.memory.begin() + from, sums.memory.begin() + to);
  }
  return need;
}

}  // namespace headroom::cost
