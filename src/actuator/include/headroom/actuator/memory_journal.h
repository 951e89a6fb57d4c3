// A journal that lives as long as its process: for simulation, replay and tests. Appending costs one copy.
// It outlives an Actuator, so a test can "crash" one and build the next on the same journal.
#pragma once

#include <cstddef>
#include <deque>

#include "headroom/actuator/journal.h"

namespace headroom {

class MemoryJournal final : public Journal {
 public:
  // Keeps about `keep` of the newest actions, and all that are not over: a replay makes millions and asks for few.
  explicit MemoryJournal(std::size_t keep = 100'000) : keep_(keep) {}

  Result<ActionId> append(const Action& action, Instant planned_at) override;
  Result<void> record(ActionId id, ActionPhase phase, Instant at, const std::string& message) override;
  Result<std::vector<JournalRecord>> unfinished() const override;
  Result<std::vector<JournalRecord>> changed_since(Instant since) const override;
  Result<void> save(const SafetyState& state) override;
  Result<SafetyState> safety_state() const override;

 private:
  void drop_old();

  std::size_t keep_;
  std::uint32_t first_id_ = 1;          // of records_.front(); ids have no gaps
  std::deque<JournalRecord> records_;
  SafetyState state_;
};

}  // namespace headroom
