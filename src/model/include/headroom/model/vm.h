// A virtual machine as the planner sees it: where it is, what it has, what it may become, and why not.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/base/instant.h"
#include "headroom/model/equipment.h"
#include "headroom/model/forecast.h"
#include "headroom/model/resources.h"

namespace headroom {

// How a VM may change hosts. Unknown is immovable.
enum class Mobility : std::uint8_t { kImmovable, kCold, kLiveWithStorage, kLive };
// How one of its resources may change. Unknown is never.
enum class Scaling : std::uint8_t { kNever, kAtBoot, kLiveUp, kLiveUpAndDown };
// What Headroom may do by itself. Real fleets start at recommend, replays at auto.
enum class AutomationLevel : std::uint8_t { kObserve, kRecommend, kAuto };
std::string_view name(Mobility m);
std::string_view name(Scaling s);
std::string_view name(AutomationLevel level);
std::optional<AutomationLevel> parse_automation_level(std::string_view text);

// What a rule remembers about one VM from round to round; kept by the loop so that the planner stays pure.
struct RuleMemory {
  double window_max = 0;                  // highest signal within the rule's window, base units
  bool window_full = false;               // the window has been watched from end to end
  std::optional<Instant> true_since;      // how long the rule's condition has held
  std::optional<Instant> alerted_at;      // when an alert rule last reported
};

// So many unique bytes of a guest's memory were written to within a window.
struct DirtiedMemory {
  Duration window{};
  Bytes amount;
  Instant at{};  // when that was
};

struct Vm {
  VmId id;
  std::string name;
  std::string uuid;
  HostId host;
  Resources allocation;                      // the limits in force
  Resources floor;                           // never allocate less
  Resources ceiling;                         // never allocate more (the provision, the flavour)
  std::int32_t vcpus = 0, least_vcpus = 0;   // its processors, and so many it keeps while it runs; 0: not told
  Mobility mobility = Mobility::kImmovable;
  std::string mobility_reason = "unknown";   // "vfio device 0000:3b:00.0", "local disk vda"
  std::array<Scaling, kResourceCount> scaling{};  // starts as never
  std::string scaling_reason = "unknown";
  std::string owner;                         // another manager that owns it ("nova"); empty: ours. Foreign VMs are never touched
  AutomationLevel level = AutomationLevel::kRecommend;
  Names tags;
  Names groups;                              // affinity groups: each is on one host and moves as one
  Names apart_groups;                        // anti-affinity groups: no two of one on one host
  Equipment needs;
  std::int32_t numa_nodes = 0;               // it fits into so many NUMA nodes of its host; 0: it may span all

  std::array<double, kResourceCount> used{};     // last sample, base units
  std::array<float, kResourceCount> stalled{};   // last sample, 0..1
  std::optional<Instant> sampled_at;
  bool guest_statistics = false;                 // fresh statistics from inside the guest
  std::array<double, kResourceCount> demanded{};  // its guest wants so much in all, at once, base units; 0: it asks for nothing
  Bytes touched;                                 // of its memory has been written to since it began, caches too: what a move sends; 0: not known
  std::vector<DirtiedMemory> dirtied;            // what its guest wrote to lately; empty: not measured
  Forecast forecast;

  bool action_in_flight = false;
  std::array<std::optional<Instant>, kResourceCount> resized_at{};
  std::optional<Instant> moved_at;
  std::vector<RuleMemory> memory;                // one per rule of the policy, same order
};

}  // namespace headroom
