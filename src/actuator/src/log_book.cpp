#include "log_book.h"

namespace headroom {

Result<void> LogBook::note(Result<void> written) {
  if (written) error_.reset();
  else error_ = written.error().message;
  return written;
}

Result<void> LogBook::catch_up() {
  while (!unwritten_.empty()) {
    const Entry& next = unwritten_.front();
    if (auto ok = note(journal_.record(next.id, next.phase, next.at, next.message)); !ok) return ok;
    unwritten_.pop_front();
  }
  if (!unsaved_) return {};
  auto ok = note(journal_.save(*unsaved_));
  if (ok) unsaved_.reset();
  return ok;
}

Result<ActionId> LogBook::append(const Action& action, Instant at) {
  if (auto ok = catch_up(); !ok) return tl::unexpected(ok.error());
  auto id = journal_.append(action, at);
  if (!id) error_ = id.error().message;
  return id;
}

void LogBook::record(ActionId id, ActionPhase phase, Instant at, const std::string& message) {
  if (unwritten_.empty() && note(journal_.record(id, phase, at, message))) return;
  unwritten_.push_back({id, phase, at, message});
}

Result<void> LogBook::save(const SafetyState& state) {
  unsaved_ = state;
  return catch_up();
}

}  // namespace headroom
