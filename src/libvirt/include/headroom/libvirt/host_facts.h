// What a libvirt host says about itself, as a plain value: from its capabilities, its domain capabilities, its storage pools and
// its networks. Reading is tolerant: what is absent or odd stays empty.
//
// Pure and thread-safe. Errors: kInvalid for a text that is not the XML it should be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/quantity.h"
#include "headroom/base/result.h"
#include "headroom/model/equipment.h"

namespace headroom::libvirt {

struct NumaCell {
  std::int64_t id = 0, cpus = 0;
  Bytes memory;
};

struct StoragePool {
  std::string name, type;  // dir, fs, netfs, logical, rbd, iscsi, ...
  std::string path;        // where its volumes are, for those that are files or devices
};

struct HostFacts {
  std::string uuid, name;              // UUID of the host; host name
  std::string hypervisor;              // "QEMU", "TEST"
  std::uint64_t libvirt_version = 0, hypervisor_version = 0;  // 9'000'000 is 9.0.0

  std::int64_t cpus = 0, mhz = 0;      // threads that are online
  std::int64_t sockets = 0, cores = 0, threads = 0;  // of the host; of a socket; of a core
  Bytes memory;
  std::vector<NumaCell> cells;
  std::vector<HugePages> hugepages;    // set aside, in use or not; ascending

  std::string arch, cpu_model;         // what the host's CPU is taken for
  std::string cpu_identity;            // equal on two hosts: a host-passthrough CPU looks the same there
  Names machines;                      // machine types, canonical names and aliases
  Names cpu_models, cpu_features;      // it can run, it has
  bool kvm = false, tpm_emulator = false;

  std::vector<StoragePool> pools;      // active ones
  Names networks;                      // libvirt networks that are active, bridges and interfaces
};

// Each fills in its part. Whatever was there of that part is replaced.
Result<void> read_capabilities(std::string_view xml, HostFacts& facts);
Result<void> read_domain_capabilities(std::string_view xml, HostFacts& facts);
// A <cpu> with all its features written out (virConnectBaselineHypervisorCPU, expanded): they are added.
Result<void> add_cpu_features(std::string_view xml, HostFacts& facts);
// The host's own CPU out of its domain capabilities, as libvirt wants it for that call; empty when it is not told.
std::string host_model_cpu(std::string_view domain_capabilities);
Result<StoragePool> parse_pool(std::string_view xml);

// "9.0.0" of 9'000'000.
std::string version_text(std::uint64_t version);

}  // namespace headroom::libvirt
