#include "headroom/libvirt/owner.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <array>
#include <regex>

namespace headroom::libvirt {
namespace {

struct Sign {
  std::string_view owner, mark;
};

// The beginnings of the namespaces that managers put their metadata in; versions follow.
constexpr std::array kNamespaces{
    Sign{"Nova", "http://openstack.org/xmlns/libvirt/nova/"},
    Sign{"OpenNebula", "http://opennebula.org/xmlns/libvirt/"},
    Sign{"oVirt", "http://ovirt.org/vm/"},
    Sign{"KubeVirt", "http://kubevirt.io"},
    Sign{"Pacemaker", "http://clusterlabs.org/"},
};

// What they let the guest's firmware say.
constexpr std::array kProducts{
    Sign{"Nova", "OpenStack Nova"}, Sign{"Nova", "OpenStack Compute"}, Sign{"oVirt", "oVirt"}, Sign{"oVirt", "RHEV Hypervisor"},
    Sign{"KubeVirt", "KubeVirt"},   Sign{"CloudStack", "CloudStack"},
};

std::optional<Owner> by_metadata(const Domain& d) {
  for (const std::string& space : d.namespaces)
    for (const Sign& sign : kNamespaces)
      if (space.starts_with(sign.mark)) return Owner{std::string(sign.owner), "metadata of " + space};
  return std::nullopt;
}

std::optional<Owner> by_product(const Domain& d) {
  for (const Sign& sign : kProducts)
    if (d.product.starts_with(sign.mark)) return Owner{std::string(sign.owner), fmt::format("its SMBIOS product is '{}'", d.product)};
  return std::nullopt;
}

// Proxmox names every disk after the VM's number: /dev/pve/vm-101-disk-0, rbd/vm-101-disk-1, images/101/vm-101-disk-0.qcow2.
std::optional<Owner> by_disks(const Domain& d) {
  static const std::regex kProxmox("(^|.*/)(vm|base)-[0-9]+-(disk|cloudinit)(-[0-9]+)?(\\.[a-z0-9]+)?");
  static const std::regex kOpenNebula(".*/datastores/[0-9]+/[0-9]+/disk\\.[0-9]+");
  for (const Disk& disk : d.disks) {
    if (disk.source.size() > 4096) continue;
    if (std::regex_match(disk.source, kProxmox)) return Owner{"Proxmox", fmt::format("its disk {} is named as Proxmox does", disk.source)};
    if (std::regex_match(disk.source, kOpenNebula)) return Owner{"OpenNebula", fmt::format("its disk {} is in a datastore", disk.source)};
  }
  return std::nullopt;
}

std::optional<Owner> by_description(const Domain& d) {
  static const std::regex kPacemaker("pacemaker|managed by (the )?cluster", std::regex::icase);
  if (d.description.size() <= 4096 && std::regex_search(d.description, kPacemaker))
    return Owner{"Pacemaker", "its description says so"};
  return std::nullopt;
}

}  // namespace

std::optional<Owner> detect_owner(const Domain& domain, const Site& site) {
  for (const auto& [glob, owner] : site.owners) {
    if (fnmatch(glob.c_str(), domain.name.c_str(), 0) != 0) continue;
    if (owner.empty()) return std::nullopt;
    return Owner{owner, fmt::format("operators say so of names like '{}'", glob)};
  }
  for (const auto find : {by_metadata, by_product, by_disks, by_description})
    if (auto owner = find(domain)) return owner;
  return std::nullopt;
}

}  // namespace headroom::libvirt
