// The calls that tell what a host is.
#pragma once

#include "handles.h"
#include "headroom/libvirt/host_facts.h"

namespace headroom::libvirt {

// What a driver does not tell stays empty; an error is that the host does not answer at all.
Result<HostFacts> ask_host(virConnect* connection);

}  // namespace headroom::libvirt
