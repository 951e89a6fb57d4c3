// The state of the experiment that a policy may see: hosts, who is on them, what each VM asks for now and has asked for at
// earlier steps. What it will ask for is not in here.
//
// A VM that migrates is listed twice: on its host as kLeaving, and on the receiver as kArriving; one that is sent on within
// a step is arriving at two hosts. Nothing migrates when a policy decides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "machines.h"

namespace headroom::consolidation {

inline constexpr std::size_t kPastSteps = 30;

enum class Stay : std::uint8_t { kHere, kLeaving, kArriving };

struct Guest {
  std::uint32_t vm = 0;
  Stay stay = Stay::kHere;
  double asked = 0;  // MIPS, when CPU was last shared
  double given = 0;  // MIPS
};

struct VmState {
  VmKind kind{};
  std::uint32_t java_hash = 0;      // of its name in CloudSim, which orders a host's table of VMs (sharing.h)
  std::uint32_t host = 0;
  bool alive = false, migrating = false;
  double asks = 0;                  // MIPS now
  // Utilisation at the steps so far, the newest first.
  std::array<double, kPastSteps> past{};
  std::size_t steps_known = 0;      // of `past`

  void remember(double utilisation);
};

struct HostState {
  const HostKind* kind = nullptr;
  std::vector<Guest> guests;        // as they came
  double free_mips = 0;             // as the sharing of CPU left it
  std::size_t most_guests = 0;      // ever in its table of VMs, which never shrinks
  double load = 0, load_before = 0; // MIPS given, at the last update and the one before

  double utilisation() const { return share(load); }
  double utilisation_before() const { return share(load_before); }
  int ram_mb(const std::vector<VmState>& vms) const;  // of all who are listed
  void remove(std::uint32_t vm);                      // from the list

 private:
  double share(double mips) const;
};

struct Site {
  std::vector<HostState> hosts;
  std::vector<VmState> vms;
  bool enforce_ram = false;
};

struct Move {
  std::uint32_t vm = 0, to = 0;     // indices
};

}  // namespace headroom::consolidation
