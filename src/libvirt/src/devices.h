// The devices of a domain.
#pragma once

#include "headroom/libvirt/domain.h"
#include "headroom/xml/document.h"

namespace headroom::libvirt {

void read_devices(const xml::Element& devices, Domain& domain);

}  // namespace headroom::libvirt
