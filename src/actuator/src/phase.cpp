#include "headroom/actuator/phase.h"

#include <array>

namespace headroom {
namespace {

constexpr std::array<std::string_view, kActionPhaseCount> kNames{"planned", "started", "unknown",   "claimed",
                                                                 "done",    "failed",  "cancelled", "not-taken"};

}  // namespace

std::string_view name(ActionPhase phase) { return kNames[static_cast<std::size_t>(phase)]; }

std::optional<ActionPhase> parse_action_phase(std::string_view text) {
  for (std::size_t i = 0; i < kActionPhaseCount; ++i)
    if (text == kNames[i]) return static_cast<ActionPhase>(i);
  return std::nullopt;
}

bool may_follow(ActionPhase from, ActionPhase to) {
  using enum ActionPhase;
  switch (from) {
    // Straight to failed: start() was refused.
    case kPlanned: return to == kStarted || to == kUnknown || to == kFailed;
    // Straight to done: nobody asked for the inventory's word, or the hypervisor forgot it and the inventory shows it.
    case kStarted:
    case kUnknown: return to != from && to != kPlanned && to != kNotTaken;
    case kClaimed: return to == kDone || to == kNotTaken;
    default: return false;
  }
}

}  // namespace headroom
