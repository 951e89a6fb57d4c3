// What the XML of a libvirt domain says, as a plain value: only what Headroom decides by. Reading is tolerant: what is absent or
// odd leaves its field empty, and only a text that is no domain at all is an error.
//
// Units: bytes, whole CPUs, bytes per second; KiB and MiB end here. Pure and thread-safe.
// Errors: kInvalid ("domain: ..."), for what is no XML, no <domain>, or has no UUID.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/quantity.h"
#include "headroom/base/result.h"
#include "headroom/constraints/metadata.h"
#include "headroom/libvirt/vm_policy.h"

namespace headroom::libvirt {

struct Throttle {  // bytes per second; absent: none set
  std::optional<std::int64_t> total, in, out;  // of a disk: total, read, written; of a NIC: received and sent

  // What it comes to for both ways together; absent when one way is free.
  std::optional<std::int64_t> both_ways() const;
};

struct Disk {
  std::string target;    // "vda"
  std::string type;      // file, block, network, volume, nvme, vhostuser, ...
  std::string device;    // disk, cdrom, floppy, lun
  std::string source;    // path; volume; name at the protocol's server; empty: no medium
  std::string pool;      // of a volume
  std::string protocol;  // of a network disk: rbd, iscsi, nbd, ...
  bool read_only = false;
  bool reserved = false;  // SCSI reservations
  Throttle throttle;
};

struct Nic {
  std::string mac;
  std::string type;      // network, bridge, direct, hostdev, user, vdpa, ...
  std::string source;    // its network, bridge or device
  std::string address;   // of a hostdev: the PCI address
  std::string mode;      // of direct: bridge, vepa, private, passthrough
  bool has_stand_in = false;  // <teaming type='transient'>: unplugged for a migration while another NIC carries on
  Throttle throttle;
};

struct HostDevice {
  std::string type;     // pci, usb, scsi, scsi_host, mdev
  std::string address;  // "0000:3b:00.0", an mdev's UUID, "1-4"
};

struct MemoryDevice {
  std::string model;  // dimm, nvdimm, virtio-mem, virtio-pmem
  std::string alias;
  Bytes size, requested, current, block;  // the last three of virtio-mem
  bool on_hugepages = false;
};

struct Domain {
  std::string uuid, name;
  std::string type;               // kvm, qemu, test, ...
  std::optional<std::int64_t> id; // while it runs; a new one at each start
  std::string arch, machine, emulator;

  std::int64_t vcpus = 0, most_vcpus = 0, removable_vcpus = 0;
  std::int64_t numa_cells = 0;    // of the guest
  std::vector<std::string> pins;  // "vcpu 0 to CPUs 2-5", "memory to node 1 (strict)": one phrase each
  std::optional<std::int64_t> shares, period_us, quota_us;

  Bytes memory, current_memory, most_memory;  // <memory>, <currentMemory>, <maxMemory> (0: no hotplug)
  std::vector<MemoryDevice> memory_devices;
  bool on_hugepages = false;
  Bytes hugepage;                 // 0: the host's default size
  bool locked = false;
  std::optional<Bytes> hard_limit;
  std::string balloon;            // model; empty or "none": there is none
  bool balloon_deflates = false;  // by itself when the guest runs short (autodeflate): the guest still counts what it holds as its own
  bool guest_statistics = false;  // it has a period, so the guest reports

  std::string cpu_mode, cpu_model;
  bool cpu_migratable = true;
  std::vector<std::string> cpu_features, cpu_without;  // required or forced; disabled
  bool cpu_complete = false;  // cpu_features are all it has, those of its model included

  std::vector<Disk> disks;
  std::vector<Nic> nics;
  std::vector<HostDevice> host_devices;
  std::vector<std::string> filesystems;       // what of the host is mounted in the guest
  std::vector<std::string> boot_files;        // kernel and initrd given as paths
  std::vector<std::string> listen_addresses;  // of its graphics
  std::vector<std::string> host_characters;   // serial lines and the like that are devices of the host
  std::vector<std::string> shared_memory;     // ivshmem
  std::string tpm;                            // backend: emulator, passthrough, external
  std::string encryption;                     // launch security: sev, ...

  std::vector<std::string> namespaces;  // of the elements of its metadata, each once
  std::string description, maker, product;    // <description>; SMBIOS manufacturer and product
  constraints::Membership membership;
  VmPolicy policy;
  std::vector<std::string> complaints;  // of our own metadata, one sentence each: what is wrong there counts as absent

  bool runs() const { return id.has_value(); }
};

Result<Domain> parse_domain(std::string_view xml);

// A CPU model alone does not tell what a host must have: models bring features along, and VMs often run without some of them. So the
// host is asked to write all of them out (virConnectBaselineHypervisorCPU). The CPU as that call wants it; empty: it has none of its own.
std::string cpu_to_expand(const Domain& domain);
// Takes in what the host answered. kInvalid: nothing is changed.
Result<void> complete_cpu(std::string_view expanded, Domain& domain);

}  // namespace headroom::libvirt
