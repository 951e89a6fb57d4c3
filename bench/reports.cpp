#include "reports.h"

#include <fmt/format.h>

#include <cmath>
#include <random>

namespace headroom::bench {

Reports::Reports(const Fleet& fleet, int copies, std::uint64_t seed, Instant start, Duration every)
    : fleet_(fleet), start_(start), every_(every) {
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < fleet.vms.size() * static_cast<std::size_t>(copies); ++i) {
    offsets_.push_back(random() % fleet.vms.front().slots());
    uuids_.push_back(fmt::format("{:08x}-0000-4000-8000-{:012x}", random() & 0xffffffff, i));
  }
}

void Reports::at(int step, std::vector<VmSample>& reports) const {
  reports.clear();
  for (std::size_t i = 0; i < uuids_.size(); ++i) {
    const VmTrace& vm = trace_of(i);
    const std::size_t slot = (offsets_[i] + static_cast<std::size_t>(step)) % vm.slots();
    if (std::isnan(vm.demand[0][slot])) continue;
    VmSample report{VmId(static_cast<std::uint32_t>(i)), {}};
    report.sample.at = time_of(step);
    for (std::size_t r = 0; r < kResourceCount; ++r) report.sample.used[r] = vm.demand[r][slot];
    reports.push_back(report);
  }
}

}  // namespace headroom::bench
