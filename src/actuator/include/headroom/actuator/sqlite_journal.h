// The journal of a real fleet: one SQLite file, readable with the sqlite3 shell while it is in use.
//
// Durability: write-ahead log with synchronous=FULL; a returned append() is on the disk (some ms each).
// One process at a time: a lock on FILE.lock, released by the system when the process dies. A second one gets kRefused.
// Damage: a file that is not ours, is damaged or was written by a newer version is refused in one sentence (kFailed or
// kInvalid) and left byte for byte as it is.
// Not movable between threads while in use; one caller at a time.
#pragma once

#include <memory>
#include <string>

#include "headroom/actuator/journal.h"

namespace headroom {

class SqliteJournal final : public Journal {
 public:
  // Opens the journal in `path`, creating the file (not its folder) when there is none.
  static Result<std::unique_ptr<SqliteJournal>> open(const std::string& path);
  ~SqliteJournal() override;

  Result<ActionId> append(const Action& action, Instant planned_at) override;
  Result<void> record(ActionId id, ActionPhase phase, Instant at, const std::string& message) override;
  Result<std::vector<JournalRecord>> unfinished() const override;
  Result<std::vector<JournalRecord>> changed_since(Instant since) const override;
  Result<void> save(const SafetyState& state) override;
  Result<SafetyState> safety_state() const override;

 private:
  struct Parts;
  explicit SqliteJournal(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace headroom
