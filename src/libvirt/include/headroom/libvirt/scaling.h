// Which of a VM's resources can change while it runs, how far, and why not: a pure function of the domain's XML.
//
// Units: those of Resources; cpu in millicores of the host's threads, not speed-normalised. 0 of disk and network means that none
// is limited, so there is nothing to manage. Pure and thread-safe.
#pragma once

#include <array>
#include <string>

#include "headroom/libvirt/domain.h"
#include "headroom/model/vm.h"

namespace headroom::libvirt {

struct ScalingVerdict {
  std::array<Scaling, kResourceCount> scaling{};
  std::array<std::string, kResourceCount> reasons;  // empty: both ways

  std::string reason() const;  // "cpu: ...; memory: ..."
};

// `guest_speaks`: somebody in it tells what its memory is used for, whatever becomes of its balloon's statistics.
ScalingVerdict judge_scaling(const Domain& domain, bool guest_speaks = false);
// It keeps so many vCPUs while it runs; with less CPU than that it has a quota of them.
std::int64_t least_vcpus(const Domain& domain);

// What is in force, and the most it can become while it runs. Both include the VM's own policy only where that is tighter.
Resources allocation_of(const Domain& domain);
Resources ceiling_of(const Domain& domain);
Resources floor_of(const Domain& domain);

}  // namespace headroom::libvirt
