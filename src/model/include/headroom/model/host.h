// A host of the Resource Pool: what it has, what may be given out, what it costs, whether it can be trusted.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/base/instant.h"
#include "headroom/model/equipment.h"
#include "headroom/model/resources.h"

namespace headroom {

enum class PowerState : std::uint8_t { kOff, kStarting, kOn, kFailed };
enum class PriceClass : std::uint8_t { kReserved, kOnDemand, kSpot, kPower };
std::string_view name(PowerState state);
std::string_view name(PriceClass price_class);

struct HostPrice {
  PriceClass price_class = PriceClass::kOnDemand;
  double usd_per_hour = 0;         // while the host is on; a reserved host costs this on or off
  double watts_idle = 0;           // for energy; linear between idle and full
  double watts_full = 0;
  double interruptions_per_day = 0;  // spot only
  std::vector<double> watts_curve;   // measured at 0, 10, ... 100 % busy, in place of the line; empty: not measured
};

struct NumaNode {
  MilliCores cpu;
  Bytes memory;
};

struct Host {
  HostId id;
  std::string name;
  std::string type;                     // "standard-16", for reports
  Resources physical;                   // cpu in millicores of the reference speed (speed and SMT already applied)
  Resources reserve;                    // kept for the host's own system and storage daemons
  std::array<double, kResourceCount> overcommit{1, 1, 1, 1};  // allocations may reach this times (physical - reserve)
  double speed = 1;                     // of one core against the reference core
  double smt_factor = 1;                // what a second thread adds is in physical; kept to explain it
  std::vector<NumaNode> numa;           // empty: one node
  std::string rack, zone;               // where it stands; empty: unknown, and all such hosts count as one place
  Names tags;
  Equipment offers;
  std::optional<std::int32_t> most_vms;  // it carries no more
  HostPrice price;
  PowerState power = PowerState::kOn;
  bool accepts_vms = true;              // false under maintenance or drain: nobody comes, who is there is moved away, and it is not stopped
  std::optional<Instant> drained_at{};  // since a person has it drained
  bool can_start = true, can_stop = true;  // there is a switch that does
  double failure_risk = 0;              // P(fails within a day), from health; 0 when unknown
  Instant heard_at;                     // last good answer; stale hosts are not acted on
  Resources incoming;                   // held for VMs on their way here that others move
  std::vector<float> recent_cpu;        // cpu used by its VMs in the last rounds, millicores, oldest first; 16 at most

  // What allocations may add up to: floor(overcommit * (physical - reserve)) per resource.
  Resources admissible() const;
  // What the hardware can deliver to VMs: physical - reserve.
  Resources deliverable() const { return physical - reserve; }
};

}  // namespace headroom
