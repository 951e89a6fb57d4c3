// The actuator's memory that survives it: every action is written here before the hypervisor hears of it, so that
// after a crash nothing under way is forgotten and nothing is done twice.
//
// Promise: when append(), record() or save() returns without an error, what it wrote is still there after a crash of
// the process or of the machine (MemoryJournal: of the Actuator only). On an error nothing was written.
// Threads: one caller at a time. Ownership: the actuator borrows a journal; the caller keeps it alive.
// Errors: kFailed when it cannot be written or read (disk full, damaged), kInvalid for an id never given out or a
// transition the state machine does not allow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "headroom/actuator/phase.h"
#include "headroom/base/result.h"
#include "headroom/model/plan.h"

namespace headroom {

// One action's life so far.
struct JournalRecord {
  ActionId id;
  Action action;
  ActionPhase phase = ActionPhase::kPlanned;
  Instant planned_at;
  Instant changed_at;   // when it entered `phase`
  std::string message;  // why it failed, or what is known of it
};

// What is about the actuator as a whole and must outlive it: a pause is not lifted by a restart, nor is an open
// circuit breaker closed by one.
struct SafetyState {
  std::optional<Instant> paused_at;         // absent: not paused
  std::string pause_reason;
  int failures_in_a_row = 0;
  std::optional<Instant> breaker_open_since;  // absent: closed
  bool operator==(const SafetyState&) const = default;
};

class Journal {
 public:
  virtual ~Journal() = default;

  // Writes an intent, phase planned, and gives it an id that this journal never gave before.
  virtual Result<ActionId> append(const Action& action, Instant planned_at) = 0;
  // Writes that action `id` entered `phase`.
  virtual Result<void> record(ActionId id, ActionPhase phase, Instant at, const std::string& message) = 0;

  // All actions that are not over, ascending id.
  virtual Result<std::vector<JournalRecord>> unfinished() const = 0;
  // All actions that changed at `since` or later, over or not, ascending id. For cooldowns and budgets.
  virtual Result<std::vector<JournalRecord>> changed_since(Instant since) const = 0;

  virtual Result<void> save(const SafetyState& state) = 0;
  // What was saved last; a default one in a new journal.
  virtual Result<SafetyState> safety_state() const = 0;
};

}  // namespace headroom
