#include "headroom/actuator/limits.h"

namespace headroom {

SafetyLimits SafetyLimits::for_replay() {
  SafetyLimits limits;
  limits.level = AutomationLevel::kAuto;
  limits.migrations_per_host = limits.migrations = kNoLimit;
  limits.resizes_per_host = limits.resizes = kNoLimit;
  limits.actions_per_hour = kNoLimit;
  limits.grow_cooldown = limits.shrink_cooldown = limits.migrate_cooldown = Duration(0);
  limits.failures_to_open = kNoLimit;
  limits.max_snapshot_age = limits.max_sample_age = limits.max_host_age = kNoAgeLimit;
  limits.guard_memory_shrinks = false;
  limits.undo_memory_shrinks = false;
  limits.confirm_by_inventory = false;
  return limits;
}

}  // namespace headroom
