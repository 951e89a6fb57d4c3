// The calls that tell what a host is.
#pragma once

#include "handles.h"
#include "headroom/libvirt/domain.h"
#include "headroom/libvirt/host_facts.h"

namespace headroom::libvirt {

// What a driver does not tell stays empty; an error is that the host does not answer at all.
Result<HostFacts> ask_host(virConnect* connection);

// All features of a VM's CPU, as the host writes them out; nothing is changed where it does not.
void ask_all_features(virConnect* connection, Domain& domain);

}  // namespace headroom::libvirt
