// How fast Headroom may go: the hourly budget and the cooldown of each VM. Fed with every attempt, from the journal
// after a restart.
#pragma once

#include <deque>
#include <optional>
#include <unordered_map>

#include "headroom/actuator/limits.h"
#include "headroom/model/plan.h"

namespace headroom {

class Pace {
 public:
  explicit Pace(const SafetyLimits& limits) : limits_(limits) {}

  void begun(const Action& action, Instant at);    // spends the budget and starts the cooldown
  void ended(const Action& action, Instant at);    // the cooldown counts from the end, once there is one
  void refused(Instant begun_at);                  // nothing was begun after all: the budget has it back, the cooldown stays

  bool budget_left(Instant now);
  int begun_in_last_hour(Instant now);
  // When the action's cooldown is over; absent when it already is.
  std::optional<Instant> cooling_until(const Action& action, Instant now) const;
  // How far back the journal must be read to restore all of this.
  Duration memory() const;

 private:
  struct Attempts {
    std::optional<Instant> resize, migration;
  };
  std::optional<Instant>& last(const Action& action);

  const SafetyLimits& limits_;
  std::deque<Instant> begun_;                       // ascending; the last hour's
  std::unordered_map<VmId, Attempts> attempts_;
};

// True when the action takes away some of any resource.
bool shrinks(const Action& action);

}  // namespace headroom
