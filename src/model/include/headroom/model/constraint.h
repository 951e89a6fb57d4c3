// What operators say about where VMs may be. The module `constraints` reads these from YAML, writes them into placement
// problems and judges placements by them; this is only the value. docs/constraints.md says what each kind means.
//
// A constraint is hard, or soft with a price for each hour and each unit of breach (a VM out of place, a pair, a place too
// few: docs/constraints.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/model/equipment.h"

namespace headroom {

enum class ConstraintKind : std::uint8_t {
  kTogether,     // all on one host, moved as one unit
  kApart,        // no two in one place
  kClose,        // all in one place
  kSpread,       // in at least so many places
  kBan,          // not on these hosts
  kFence,        // only on these hosts
  kPin,          // only on this host; without one: where it is
  kReserve,      // what is asked still fits when the largest places are lost
  kMaxVms,       // no more VMs than that on a host
  kCpu,          // CPU models and features
  kNuma,         // the VM fits into so many NUMA nodes
  kDevices,      // PCI devices and huge pages
  kReachability, // storages and networks
  kMobility,     // what cannot be moved stays
  kMaintenance,  // nobody new, and who is there should leave
};
inline constexpr std::size_t kConstraintKindCount = 15;
std::string_view name(ConstraintKind kind);

// A place is a host, all hosts of a rack, or all of a zone.
enum class Scope : std::uint8_t { kHost, kRack, kZone };
std::string_view name(Scope scope);

// Which VMs: those that match one of `named` (globs: * and ?), carry one of `tagged` and are in one of `grouped`; an empty
// list asks for nothing. All three empty: every VM.
struct VmSelection {
  Names named{}, tagged{}, grouped{};

  bool everyone() const { return named.empty() && tagged.empty() && grouped.empty(); }
  bool operator==(const VmSelection&) const = default;
};

// Which hosts: the same way. All empty: every host.
struct HostSelection {
  Names named{}, tagged{}, racks{}, zones{};

  bool everyone() const { return named.empty() && tagged.empty() && racks.empty() && zones.empty(); }
  bool operator==(const HostSelection&) const = default;
};

struct Constraint {
  std::string name;
  int line = 0;                         // in its file; 0 when made by a program
  ConstraintKind kind = ConstraintKind::kTogether;
  std::optional<double> usd_per_hour;   // soft, at this price; absent: hard
  VmSelection vms;
  HostSelection hosts;
  Scope scope = Scope::kHost;           // apart, close, spread, reserve
  std::int32_t count = 0;               // spread: places at least; reserve: places lost; max-vms: VMs at most; numa: nodes
  double quantile = 0.95;               // reserve: of the demand of all together
  Equipment needs;                      // cpu, devices, reachability

  bool hard() const { return !usd_per_hour; }
  bool operator==(const Constraint&) const = default;
};

}  // namespace headroom
