// The actuator's pen: writes to the journal in order, and keeps what could not be written for later. While something
// is unwritten no new intent is accepted, so the journal never misses a step of an action it knows.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "headroom/actuator/journal.h"

namespace headroom {

class LogBook {
 public:
  explicit LogBook(Journal& journal) : journal_(journal) {}

  Result<ActionId> append(const Action& action, Instant at);
  void record(ActionId id, ActionPhase phase, Instant at, const std::string& message);
  Result<void> save(const SafetyState& state);
  Result<void> catch_up();  // writes what is still unwritten
  const std::optional<std::string>& error() const { return error_; }

 private:
  struct Entry {
    ActionId id;
    ActionPhase phase;
    Instant at;
    std::string message;
  };
  Result<void> note(Result<void> written);

  Journal& journal_;
  std::deque<Entry> unwritten_;
  std::optional<SafetyState> unsaved_;
  std::optional<std::string> error_;
};

}  // namespace headroom
