// What only operators know of their site: what libvirt does not tell, or tells in a way that cannot be relied on. A plain value.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "headroom/model/host.h"
#include "headroom/model/vm.h"

namespace headroom::libvirt {

struct HostSite {
  std::string name{};                       // what it is called; empty: as it calls itself
  Resources capacity{};                     // what it has; 0: what libvirt says, and of disks and network no limit that matters
  Resources reserve{};                      // of that, what it keeps for itself
  std::array<double, kResourceCount> overcommit{1, 1, 1, 1};
  HostPrice price{};
  std::string rack{}, zone{};
  Names tags{};
};

struct Site {
  // Folders and device folders that are the same on every host (NFS mounts, SAN volumes): what lies under them is no local disk.
  std::vector<std::string> shared_paths{};
  // Networks and bridges that every host has, where libvirt does not tell (Open vSwitch, a daemon in a network namespace).
  std::vector<std::string> shared_networks{};
  // Who owns VMs by their names, globs first to match counts: {"pcmk-*", "Pacemaker"}. An empty owner: ours, whatever is found.
  std::vector<std::pair<std::string, std::string>> owners{};
  // By the URI by which a host is observed. One that is absent is as libvirt says it is.
  std::map<std::string, HostSite> hosts{};
  // What may be done with a VM whose own policy does not say.
  AutomationLevel level = AutomationLevel::kRecommend;
  // No VM is given more than this while it has less; 0: what the VM says.
  Resources ceiling{};

  // The entry of shared_paths that the path lies under; empty: none.
  std::string shared_path_of(const std::string& path) const;
};

}  // namespace headroom::libvirt
