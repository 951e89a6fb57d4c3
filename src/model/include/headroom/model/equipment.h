// What of hardware and reach a host offers and a VM needs, beyond amounts of the four resources. The same value on both
// sides: a VM may be on a host that offers all that it needs (module constraints).
//
// Lists of names ascend and hold no name twice, so that one pass compares two of them; adapters and readers see to it
// (normalise()). What an adapter does not know it leaves empty: a host then offers nothing of the kind, a VM needs nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "headroom/base/quantity.h"

namespace headroom {

// More of one kind on one host or VM is a mistake of whoever wrote it: readers refuse it, adapters cut it off.
inline constexpr std::size_t kMostNames = 256;
inline constexpr std::size_t kLongestName = 100;  // bytes

using Names = std::vector<std::string>;

struct DeviceCount {  // PCI devices of one kind: "nvidia-a100", "sriov-vf"
  std::string kind;
  std::int64_t count = 0;

  bool operator==(const DeviceCount&) const = default;
};

struct HugePages {
  Bytes page;
  std::int64_t count = 0;

  bool operator==(const HugePages&) const = default;
};

struct Equipment {
  Names cpu_models{};    // host: those it can run; VM: the one it was started with
  Names cpu_features{};  // flags as the hypervisor calls them: "avx512f"
  Names platforms{};     // what else the hypervisor must be able to be: machine types, "kvm", "tpm-emulator"
  std::vector<DeviceCount> devices{};  // ascending kind
  std::vector<HugePages> hugepages{};  // ascending page size
  Names storages{};      // pools or mounts
  Names networks{};      // bridges, VLANs, provider networks

  bool operator==(const Equipment&) const = default;
};

// Sorts, removes what is there twice and cuts off at kMostNames.
void normalise(Names& names);

bool has(const Names& names, const std::string& name);
bool has_all(const Names& names, const Names& wanted);

}  // namespace headroom
