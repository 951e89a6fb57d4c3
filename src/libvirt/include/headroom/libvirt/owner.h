// Who else manages a domain: found in the namespaces of its metadata, in what its SMBIOS tables say, in where its disks lie, or
// in what operators say of its name. A VM of another manager is watched and recommended for, never touched.
//
// Not every manager leaves a mark in libvirt: Pacemaker starts plain domains, and Proxmox does not use libvirt at all (its guests
// appear when somebody defines them again). For those a name (Site::owners) is the only safe sign.
//
// Pure and thread-safe.
#pragma once

#include <optional>
#include <string>

#include "headroom/libvirt/domain.h"
#include "headroom/libvirt/site.h"

namespace headroom::libvirt {

struct Owner {
  std::string name;      // "Nova", "OpenNebula", "oVirt", "Proxmox", "Pacemaker", ...
  std::string evidence;  // "metadata of http://openstack.org/xmlns/libvirt/nova/1.1"
};

std::optional<Owner> detect_owner(const Domain& domain, const Site& site);

}  // namespace headroom::libvirt
