#include "headroom/actuator/memory_journal.h"

#include <fmt/format.h>

namespace headroom {

Result<ActionId> MemoryJournal::append(const Action& action, Instant planned_at) {
  const ActionId id(first_id_ + static_cast<std::uint32_t>(records_.size()));
  records_.push_back({id, action, ActionPhase::kPlanned, planned_at, planned_at, {}});
  drop_old();
  return id;
}

void MemoryJournal::drop_old() {
  while (records_.size() > keep_ && is_over(records_.front().phase)) {
    records_.pop_front();
    ++first_id_;
  }
}

Result<void> MemoryJournal::record(ActionId id, ActionPhase phase, Instant at, const std::string& message) {
  if (id.value() < first_id_ || id.value() - first_id_ >= records_.size())
    return invalid(fmt::format("action {} is not in the journal", id.value()));
  JournalRecord& record = records_[id.value() - first_id_];
  if (!may_follow(record.phase, phase))
    return invalid(fmt::format("action {} cannot pass from {} to {}", id.value(), name(record.phase), name(phase)));
  record.phase = phase;
  record.changed_at = at;
  record.message = message;
  return {};
}

Result<std::vector<JournalRecord>> MemoryJournal::unfinished() const {
  std::vector<JournalRecord> found;
  for (const JournalRecord& record : records_)
    if (!is_over(record.phase)) found.push_back(record);
  return found;
}

Result<std::vector<JournalRecord>> MemoryJournal::changed_since(Instant since) const {
  std::vector<JournalRecord> found;
  for (const JournalRecord& record : records_)
    if (record.changed_at >= since) found.push_back(record);
  return found;
}

Result<void> MemoryJournal::save(const SafetyState& state) {
  state_ = state;
  return {};
}

Result<SafetyState> MemoryJournal::safety_state() const { return state_; }

}  // namespace headroom
