// Domains and hosts as the model's values.
#pragma once

#include "headroom/libvirt/census.h"

namespace headroom::libvirt {

// Without id and power; what it offers includes what its own VMs use.
Host host_of(const std::string& uri, const HostReading& reading, const Site& site);

// Allocations by the statistics where those are fresher than the XML. Without id, host, usage.
Vm vm_of(const Domain& domain, const DomainStats& stats, const SeenVm& judged, const HostFacts& host, const Site& site);

bool is_running(const DomainStats& stats);  // its vCPUs run
bool is_active(const SeenDomain& seen);     // there is a process for it

// What of it holds room on a host while there is a process for it.
Resources held_by(const Domain& domain, const DomainStats& stats);

}  // namespace headroom::libvirt
