// What only operators know of their site: what libvirt does not tell, or tells in a way that cannot be relied on. A plain value.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "headroom/model/resources.h"

namespace headroom::libvirt {

struct Site {
  // Folders and device folders that are the same on every host (NFS mounts, SAN volumes): what lies under them is no local disk.
  std::vector<std::string> shared_paths{};
  // Networks and bridges that every host has, where libvirt does not tell (Open vSwitch, a daemon in a network namespace).
  std::vector<std::string> shared_networks{};
  // Who owns VMs by their names, globs first to match counts: {"pcmk-*", "Pacemaker"}. An empty owner: ours, whatever is found.
  std::vector<std::pair<std::string, std::string>> owners{};
  // Kept from every host for itself.
  Resources reserve{MilliCores(0), Bytes(0)};
  // What a host's disks and its network can move, which libvirt does not know. 0: no limit that matters.
  BytesPerSecond disk{}, network{};

  // The entry of shared_paths that the path lies under; empty: none.
  std::string shared_path_of(const std::string& path) const;
};

}  // namespace headroom::libvirt
