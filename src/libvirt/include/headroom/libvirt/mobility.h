// Whether a VM can be moved, and what stands in its way: a pure function of the domain's XML, of the host it is on and of what
// operators say. What stands in the way is a list, so that a person sees all that would have to change; the most severe decides.
//
// A move also asks something of the destination. That is Vm::needs and Host::offers (model/equipment.h), which constraints
// compare; lacks() says the same in words.
//
// Pure and thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "headroom/libvirt/domain.h"
#include "headroom/libvirt/host_facts.h"
#include "headroom/libvirt/site.h"
#include "headroom/model/vm.h"

namespace headroom::libvirt {

struct Obstacle {
  std::string_view kind;     // "vfio", "local-disk": stable words, for machines
  Mobility leaves;           // what is still possible in spite of it
  std::string text;          // "PCI device 0000:3b:00.0 is passed through"
};

struct MobilityVerdict {
  Mobility mobility = Mobility::kLive;
  std::vector<Obstacle> obstacles;  // in the order of the table in obstacles.cpp

  std::string reason() const;       // all texts in one line; empty when nothing stands in the way
};

// `host`: where it is.
MobilityVerdict judge_mobility(const Domain& domain, const HostFacts& host, const Site& site);

// All kinds there are, for documentation and tests.
std::vector<std::string_view> obstacle_kinds();

Equipment needs_of(const Domain& domain, const HostFacts& host, const Site& site);
Equipment offers_of(const HostFacts& host);

// What of `needs` a host does not offer, a phrase each: "machine type pc-q35-9.0". Empty: it does for the VM.
std::vector<std::string> lacks(const Equipment& needs, const Equipment& offers);

// Where the data of a disk is.
enum class Reach : std::uint8_t { kNoMedium, kShared, kLocal };
struct DiskReach {
  Reach reach = Reach::kLocal;
  std::string storage;  // the shared pool a destination must have; empty: nothing that libvirt could tell of
};
DiskReach reach_of(const Disk& disk, const HostFacts& host, const Site& site);

}  // namespace headroom::libvirt
