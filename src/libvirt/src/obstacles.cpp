#include "obstacles.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace headroom::libvirt {
namespace {

void off(const Scene& s, Texts& found) {
  if (!s.domain.runs()) found.push_back("it is off");
}

void other_hypervisor(const Scene& s, Texts& found) {
  if (s.domain.type != "kvm" && s.domain.type != "qemu")
    found.push_back(fmt::format("domains of type '{}' are not known to move", s.domain.type));
}

void vfio(const Scene& s, Texts& found) {
  for (const HostDevice& d : s.domain.host_devices)
    if (d.type == "pci") found.push_back(fmt::format("PCI device {} is passed through", d.address));
}

void sriov(const Scene& s, Texts& found) {
  for (const Nic& n : s.domain.nics) {
    if (n.type == "hostdev" && !n.has_stand_in)
      found.push_back(fmt::format("a NIC is the SR-IOV function {}, without a virtio NIC to stand in for it", n.address));
    if (n.type == "vdpa") found.push_back(fmt::format("a NIC is the vDPA device {}", n.source));
    if (n.type == "direct" && n.mode == "passthrough") found.push_back(fmt::format("a NIC holds all of {}", n.source));
  }
}

void vgpu(const Scene& s, Texts& found) {
  for (const HostDevice& d : s.domain.host_devices)
    if (d.type == "mdev") found.push_back(fmt::format("mediated device (vGPU) {}", d.address));
}

void other_device(const Scene& s, Texts& found) {
  for (const HostDevice& d : s.domain.host_devices)
    if (d.type != "pci" && d.type != "mdev")
      found.push_back(d.type.empty() ? "a device of the host, of no known kind" : fmt::format("{} device {} of the host", d.type, d.address));
  for (const std::string& path : s.domain.host_characters) found.push_back(fmt::format("character device {} of the host", path));
  for (const std::string& name : s.domain.shared_memory) found.push_back(fmt::format("memory {} shared with the host", name));
}

void exclusive_disk(const Scene& s, Texts& found) {
  for (const Disk& d : s.domain.disks) {
    if (d.type == "nvme") found.push_back(fmt::format("disk {} is the NVMe device {}", d.target, d.source));
    if (d.type == "vhostuser" || d.type == "vhostvdpa") found.push_back(fmt::format("disk {} is a {} device of the host", d.target, d.type));
    if (d.reserved) found.push_back(fmt::format("disk {} holds SCSI reservations", d.target));
  }
}

void filesystem(const Scene& s, Texts& found) {
  for (const std::string& dir : s.domain.filesystems) found.push_back(fmt::format("file system '{}' of the host is mounted in it", dir));
}

void tpm_device(const Scene& s, Texts& found) {
  if (!s.domain.tpm.empty() && s.domain.tpm != "emulator") found.push_back(fmt::format("its TPM is the host's ({})", s.domain.tpm));
}

void encrypted(const Scene& s, Texts& found) {
  if (!s.domain.encryption.empty()) found.push_back(fmt::format("its memory is encrypted ({})", s.domain.encryption));
}

// It would be moved with its pins, onto CPUs that somebody chose on another machine.
void pinned(const Scene& s, Texts& found) {
  constexpr std::size_t kTold = 3;
  const auto& pins = s.domain.pins;
  for (std::size_t i = 0; i < std::min(pins.size(), kTold); ++i) found.push_back("pinned: " + pins[i]);
  if (pins.size() > kTold) found.push_back(fmt::format("and {} more pins", pins.size() - kTold));
}

void policy(const Scene& s, Texts& found) {
  if (!s.domain.policy.may_move) found.push_back("its policy says that it stays");
}

// Lock limits of the destination cannot be seen from here, and a move fails on them only after it has begun.
void locked_memory(const Scene& s, Texts& found) {
  if (s.domain.locked) found.push_back("its memory is locked, and whether a destination may lock as much is not known");
}

void memory_limit(const Scene& s, Texts& found) {
  if (s.domain.hard_limit)
    found.push_back(fmt::format("memtune sets a hard limit of {}, for which a destination has to raise its lock limit",
                                to_text(Resource::kMemory, static_cast<double>(s.domain.hard_limit->count()))));
}

void host_cpu(const Scene& s, Texts& found) {
  if (s.domain.cpu_mode == "host-passthrough" && !s.domain.cpu_migratable)
    found.push_back("its CPU is the host's with features that do not migrate (migratable='off')");
  const auto& features = s.domain.cpu_features;
  if (std::find(features.begin(), features.end(), "invtsc") != features.end())
    found.push_back("its CPU has invtsc, which does not migrate");
}

void listens(const Scene& s, Texts& found) {
  static constexpr std::array<std::string_view, 4> kEverywhere{"0.0.0.0", "127.0.0.1", "::", "::1"};
  for (const std::string& address : s.domain.listen_addresses)
    if (std::find(kEverywhere.begin(), kEverywhere.end(), address) == kEverywhere.end())
      found.push_back(fmt::format("its graphics listen on {}, an address of this host", address));
}

void local_disk(const Scene& s, Texts& found) {
  for (const Disk& d : s.domain.disks)
    if (!d.read_only && d.type != "nvme" && d.type != "vhostuser" && reach_of(d, s.host, s.site).reach == Reach::kLocal)
      found.push_back(fmt::format("disk {} is local ({})", d.target, d.source));
}

// libvirt copies no read-only disk: the file has to be there already.
void local_medium(const Scene& s, Texts& found) {
  for (const Disk& d : s.domain.disks)
    if (d.read_only && reach_of(d, s.host, s.site).reach == Reach::kLocal)
      found.push_back(fmt::format("medium {} in {} is local; eject it", d.source, d.target));
}

void boot_file(const Scene& s, Texts& found) {
  for (const std::string& path : s.domain.boot_files)
    if (s.site.shared_path_of(path).empty()) found.push_back(fmt::format("it boots from {}, a file of this host", path));
}

constexpr std::array kTable{
    ObstacleKind{"off", Mobility::kCold, off},
    ObstacleKind{"hypervisor", Mobility::kImmovable, other_hypervisor},
    ObstacleKind{"policy", Mobility::kImmovable, policy},
    ObstacleKind{"vfio", Mobility::kImmovable, vfio},
    ObstacleKind{"sr-iov", Mobility::kImmovable, sriov},
    ObstacleKind{"vgpu", Mobility::kImmovable, vgpu},
    ObstacleKind{"host-device", Mobility::kImmovable, other_device},
    ObstacleKind{"exclusive-disk", Mobility::kImmovable, exclusive_disk},
    ObstacleKind{"file-system", Mobility::kImmovable, filesystem},
    ObstacleKind{"tpm", Mobility::kImmovable, tpm_device},
    ObstacleKind{"encrypted", Mobility::kImmovable, encrypted},
    ObstacleKind{"pinned", Mobility::kImmovable, pinned},
    ObstacleKind{"locked-memory", Mobility::kCold, locked_memory},
    ObstacleKind{"memory-limit", Mobility::kCold, memory_limit},
    ObstacleKind{"cpu", Mobility::kCold, host_cpu},
    ObstacleKind{"listen-address", Mobility::kCold, listens},
    ObstacleKind{"local-medium", Mobility::kCold, local_medium},
    ObstacleKind{"boot-file", Mobility::kCold, boot_file},
    ObstacleKind{"local-disk", Mobility::kLiveWithStorage, local_disk},
};

}  // namespace

std::span<const ObstacleKind> obstacle_table() { return kTable; }

}  // namespace headroom::libvirt
