// Every limit the actuator keeps, in one place. The defaults are for a real fleet nobody has vouched for yet; each is
// explained in docs/actions.md. A plain value.
#pragma once

#include <limits>

#include "headroom/base/instant.h"
#include "headroom/base/quantity.h"
#include "headroom/model/vm.h"

namespace headroom {

inline constexpr int kNoLimit = std::numeric_limits<int>::max();
inline constexpr Duration kNoAgeLimit = Duration::max();

struct SafetyLimits {
  // What Headroom may do by itself, fleet-wide; a VM's own level can only lower it.
  AutomationLevel level = AutomationLevel::kRecommend;

  // Actions under way at once. A migration counts on its source and on its destination.
  int migrations_per_host = 2;
  int migrations = 8;
  int resizes_per_host = 4;
  int resizes = 32;

  // Actions begun in any 60 minutes, of all kinds, failed ones included.
  int actions_per_hour = 60;

  // Time that must pass since the last attempt on the VM. Growth is the cure for an overload, so it waits least.
  Duration grow_cooldown = std::chrono::minutes(1);      // since any resize
  Duration shrink_cooldown = std::chrono::minutes(15);   // since any resize (one that lowers any resource)
  Duration migrate_cooldown = std::chrono::hours(1);     // since any migration

  // So many failures in a row open the circuit breaker; after the pause one action is let through on trial.
  int failures_to_open = 5;
  Duration breaker_open_for = std::chrono::minutes(10);

  // Older knowledge is no ground for an action. kNoAgeLimit: not checked.
  Duration max_snapshot_age = std::chrono::minutes(2);
  Duration max_sample_age = std::chrono::minutes(5);
  Duration max_host_age = std::chrono::minutes(2);

  // Memory may shrink only on fresh guest statistics, without a stall, and to no less than
  // used + max(margin, share of used). A stall after it grows the VM back at once.
  bool guard_memory_shrinks = true;
  Bytes memory_margin = 256_MiB;
  double memory_margin_share = 0.10;
  bool undo_memory_shrinks = true;
  Duration undo_window = std::chrono::minutes(15);       // a shrink older than this is no longer watched

  // Done counts only when the inventory agrees, at the latest this long after the hypervisor's word for it.
  bool confirm_by_inventory = true;
  Duration confirm_within = std::chrono::minutes(1);
  // An action the hypervisor denies knowing is given up only after it has denied it for this long: a request may
  // still be on its way. Must exceed the adapter's own timeout.
  Duration lost_after = std::chrono::minutes(2);

  // For simulations and backtests: automatic; no budget, concurrency, cooldown, age or breaker, and no second opinion
  // on memory shrinks, since each would change the policy under test. What makes no sense at all is still refused
  // (wrong host, immovable, never scaled, busy VM, destination off, host not empty).
  static SafetyLimits for_replay();
};

}  // namespace headroom
