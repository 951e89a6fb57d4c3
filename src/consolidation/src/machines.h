// The machines of the published experiment. MIPS are CloudSim's unit of CPU; a host's total is that of its two cores.
//
// Power: SPECpower_ssj2008 results of two servers at 0, 10, ..., 100 % load, linear in between.
#pragma once

#include <array>
#include <cstddef>

namespace headroom::consolidation {

inline constexpr std::size_t kHosts = 800;
inline constexpr int kHostRamMb = 4096;
inline constexpr int kVmsByStorage = 400;       // 1,000,000 of storage, 2,500 an image
inline constexpr double kFirstStep = 0.1;       // s; the VMs start at 0, their load at 0.1
inline constexpr double kStepSeconds = 300;
inline constexpr int kSteps = 287;              // the one at 86,400.1 s is after the end
inline constexpr double kMigrationMbPerS = 1'000'000.0 / (2 * 8000);  // half of 1 Gbit/s

struct HostKind {
  const char* name;
  double core_mips, mips;
  std::array<double, 11> watts;  // at 0, 10, ..., 100 % load
};

struct VmKind {
  double mips;
  int ram_mb;
};

// Hosts of even index are HP ProLiant ML110 G4, of odd index ML110 G5.
const HostKind& host_kind(std::size_t host);
inline constexpr std::size_t kHostKinds = 2;
inline constexpr std::size_t kind_index(std::size_t host) { return host % kHostKinds; }

// The first quarter of the VMs is of the largest kind, the last of the smallest.
const VmKind& vm_kind(std::size_t vm, std::size_t vms);

// Watts at a utilisation of [0, 1]; a little over 1, as rounding makes it, counts as 1.
double power_watts(const HostKind& kind, double utilisation);

inline double migration_seconds(int ram_mb) { return ram_mb / kMigrationMbPerS; }

}  // namespace headroom::consolidation
