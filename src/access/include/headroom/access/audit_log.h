// Who changed what, and who tried: one SQLite file that is only ever added to. Each entry carries the SHA-256 of itself and of
// the entry before it, so that one altered, removed, put in or re-ordered later does not fit any more (audit_check.h).
//
// A change has two entries: `allowed` before it is made, so that there is no change without one, and `done` or `failed: why`
// after it and before it is acknowledged. What was refused has one, and what is the same within ten minutes is counted: the count has
// an entry of its own when they are over. Both are bounded in rate: the rest is counted too.
//
//   auto log = AuditLog::open(state / "audit.db", clock, [](const AuditRecord& r) { print(r.number, r.hash); });
//   auto done = log->around({"token ci", "operator", "192.0.2.7", "drain", "h1"}, [&] { return drain("h1"); });
//
// Whoever can write the file can write all of it anew. What they cannot alter is the head (number and hash) that `watch` told
// somebody else, such as the system's journal: audit_check takes it as an anchor.
//
// Threads: any. Ownership: borrows the clock. Durability, locking and what is refused: sqlite/state_file.h.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headroom/access/role.h"
#include "headroom/base/clock.h"

namespace headroom::access {

// Longer texts are cut: they come from anybody.
struct AuditEntry {
  static constexpr std::size_t kLongest = 300;   // bytes of each

  std::string who, role, from;     // as in Caller; role: "" of nobody
  std::string action, target;      // "drain", "h1"
  std::string outcome;             // allowed | allowed: what | done | done: what | failed: why | refused: why | seen: what others did
};

// By a caller; the outcome is still to be said.
AuditEntry entry_by(const Caller& caller, std::string action, std::string target);

struct AuditRecord {
  std::int64_t number = 0;         // from 1, without gaps
  Instant at;
  AuditEntry entry;
  std::string previous, hash;      // of the entry before (64 zeros of the first), and of this one with that
};

// What a record's hash must be, by all of it but `hash`.
std::string hash_of(const AuditRecord& record);

class AuditLog {
 public:
  using Watch = std::function<void(const AuditRecord&)>;   // of each entry as it is written, one at a time

  // Creates the file (not its folder) when there is none.
  static Result<std::unique_ptr<AuditLog>> open(const std::string& path, const Clock& clock, Watch watch = {});
  ~AuditLog();

  // On the disk when it returns. kFailed: it is not in the log, and what it tells of must not be done.
  Result<void> append(const AuditEntry& entry);

  // Appends `entry` as refused, unless it was lately, or too many were; those are counted and told by a later entry.
  void refuse(AuditEntry entry, const std::string& why);
  // Tells the counts whose time is over; every other call does so too. To be called now and then where nothing else is.
  void settle();

  // What was noted last under that name, of each target; among the entries whose outcome begins with one of these, where some are given.
  Result<std::vector<AuditRecord>> newest_by_target(std::string_view action, std::initializer_list<std::string_view> outcomes = {}) const;

  // Makes a change with its two entries. `change` returns a Result; it is not called when the first entry cannot be written. The entry's
  // outcome is what is asked for, and `done` says what came of it, in words; either may be empty.
  template <class Change>
  auto around(AuditEntry entry, Change&& change, const std::function<std::string()>& done = {}) -> decltype(change()) {
    const auto with = [](std::string word, const std::string& what) { return what.empty() ? word : word + ": " + what; };
    entry.outcome = with("allowed", entry.outcome);
    if (auto noted = append(entry); !noted) return tl::unexpected(noted.error());
    auto made = std::forward<Change>(change)();
    entry.outcome = made ? with("done", done ? done() : std::string()) : "failed: " + made.error().message;
    if (auto noted = append(entry); !noted && made)
      return fail(ErrorCode::kFailed, "it was done, but that could not be written to the audit log: " + noted.error().message);
    return made;
  }

  Result<std::vector<AuditRecord>> newest(std::size_t limit) const;   // newest first
  const std::string& path() const;                                    // for audit_check.h

 private:
  struct Parts;
  explicit AuditLog(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace headroom::access
