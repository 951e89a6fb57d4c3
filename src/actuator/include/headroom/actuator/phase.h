// Where one action is between being wanted and being over (drawn in docs/actions.md):
//
//   planned -> started -> claimed -> done
//
// with failed, cancelled and not-taken as the other ends, and unknown while the hypervisor does not answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headroom {

enum class ActionPhase : std::uint8_t {
  kPlanned,    // journalled; start() may or may not have reached the hypervisor yet
  kStarted,    // the hypervisor took it
  kUnknown,    // the hypervisor did not answer: ask again, never start again
  kClaimed,    // the hypervisor says done; the inventory has yet to agree
  kDone,       // over, with the wanted result
  kFailed,     // over; the VM or host is as it was
  kCancelled,  // over, on request; as it was
  kNotTaken,   // over: the hypervisor said done and the inventory shows otherwise
};
inline constexpr std::size_t kActionPhaseCount = 8;

// "planned", "started", "unknown", "claimed", "done", "failed", "cancelled", "not-taken".
std::string_view name(ActionPhase phase);
std::optional<ActionPhase> parse_action_phase(std::string_view text);

constexpr bool is_over(ActionPhase phase) { return phase >= ActionPhase::kDone; }
// Whether an action in `from` may pass to `to`. An end is never left.
bool may_follow(ActionPhase from, ActionPhase to);

}  // namespace headroom
