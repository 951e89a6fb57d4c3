// An automated scaling rule: a threshold on a measured or forecast demand that triggers an adjustment. The module
// `rules` reads them from YAML; the planner applies them; this is only the value.
//
//   grow     signal > threshold * allocation, true for `sustained_for`: allocate signal / target.
//   shrink   the highest signal of the last `sustained_for`, over target, is lower than the allocation by
//            `min_change`: allocate that.
//   migrate  as grow, but the VM moves to the cheapest host that has the room (and takes the new allocation along).
//   alert    as grow, but it is only reported.
// No rule acts on a resource of a VM again before `cooldown` has passed since it last changed; an alert is not repeated
// before `cooldown` has passed since the last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/instant.h"
#include "headroom/model/resources.h"
#include "headroom/model/vm.h"

namespace headroom {

enum class RuleAction : std::uint8_t { kGrow, kShrink, kMigrate, kAlert };
std::string_view name(RuleAction action);
std::optional<RuleAction> parse_rule_action(std::string_view text);

struct Rule {
  std::string name;
  int line = 0;                       // in its file; 0 when made by a program
  Resource metric = Resource::kCpu;
  std::optional<double> quantile;     // of the forecast peak within `horizon`; absent: the measured usage
  Duration horizon{};                 // one of the run's horizons; 0 when measured
  double threshold = 0.8;             // share of the allocation; 0 < threshold
  Duration sustained_for{};
  RuleAction action = RuleAction::kGrow;
  double target = 0.8;                // utilisation aimed at; 0 < target
  double min_change = 0.1;            // smallest shrink worth doing, share of the allocation
  std::optional<std::int64_t> at_least;  // base units; bounds of the allocation this rule may set
  std::optional<std::int64_t> at_most;
  Duration cooldown{};
  AutomationLevel level = AutomationLevel::kAuto;
};

}  // namespace headroom
