// Power-aware best fit decreasing, the published placement: a VM goes where it raises the power least.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "trial.h"

namespace headroom::consolidation {

using Overloaded = std::function<bool(const Outlook&, const HostKind&)>;

// The host for a VM, of those not excluded (one flag a host); nothing when none will do. Two things in it are odd and kept:
// what was put on a host in the same step counts only in the power after, so that a host chosen before looks dear; and the
// idle power of a host that is off is not charged.
std::optional<std::uint32_t> best_host(Trial& trial, std::uint32_t vm, const std::vector<bool>& excluded,
                                       const Overloaded& overloaded);

// Those asking for most first, else in the order given.
void sort_by_demand(std::vector<std::uint32_t>& vms, const Site& site);

}  // namespace headroom::consolidation
