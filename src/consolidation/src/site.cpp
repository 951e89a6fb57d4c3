#include "site.h"

#include <algorithm>

namespace headroom::consolidation {

void VmState::remember(double utilisation) {
  std::copy_backward(past.begin(), past.end() - 1, past.end());
  past.front() = utilisation;
  steps_known = std::min(steps_known + 1, kPastSteps);
}

int HostState::ram_mb(const std::vector<VmState>& vms) const {
  int sum = 0;
  for (const Guest& g : guests) sum += vms[g.vm].kind.ram_mb;
  return sum;
}

void HostState::remove(std::uint32_t vm) {
  std::erase_if(guests, [&](const Guest& g) { return g.vm == vm; });
}

// Over 1 by up to a hundredth is cut off in CloudSim: what leaves is counted at what it was given over 0.9, in whole MIPS.
double HostState::share(double mips) const {
  const double utilisation = mips / kind->mips;
  return utilisation > 1 && utilisation < 1.01 ? 1 : utilisation;
}

}  // namespace headroom::consolidation
