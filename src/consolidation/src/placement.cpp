#include "placement.h"

#include <algorithm>
#include <limits>

namespace headroom::consolidation {

std::optional<std::uint32_t> best_host(Trial& trial, std::uint32_t vm, const std::vector<bool>& excluded,
                                       const Overloaded& overloaded) {
  double least = std::numeric_limits<double>::max();
  std::optional<std::uint32_t> best;
  for (std::size_t h = 0; h < excluded.size(); ++h) {
    if (excluded[h] || !trial.fits(vm, h)) continue;
    const HostState& host = trial.host(h);
    const bool in_use = trial.given(h) != 0;
    if (in_use) trial.test_leaves_marks(h);
    const double after = (trial.given(h) + trial.site().vms[vm].asks) / host.kind->mips;
    const double watts = power_watts(*host.kind, after) - power_watts(*host.kind, host.utilisation());
    if (!(watts < least)) continue;
    // Tested last, though CloudSim tests first: what is not the best so far need not be tested.
    if (in_use && overloaded(trial.outlook_with(vm, h), *host.kind)) continue;
    least = watts;
    best = static_cast<std::uint32_t>(h);
  }
  return best;
}

void sort_by_demand(std::vector<std::uint32_t>& vms, const Site& site) {
  std::stable_sort(vms.begin(), vms.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return site.vms[a].asks > site.vms[b].asks; });
}

}  // namespace headroom::consolidation
