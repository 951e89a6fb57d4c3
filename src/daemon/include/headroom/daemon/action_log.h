// What was started, and what was not and why, in words: made from each round, kept up to a bound, read by the doors.
//
// An entry holds names rather than ids, so that it can be shown after its VM or host is gone. Something refused or denied
// round after round is one entry that counts.
//
// Threads: any; one lock. Cost: note() O(verdicts + ended), reading O(entries kept).
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "headroom/loop/loop.h"

namespace headroom {

enum class EntryState : std::uint8_t { kRunning, kDone, kFailed, kRefused, kWaiting };
std::string_view name(EntryState state);

// How far a started action is.
struct EntryProgress {
  Instant started_at, at;           // at: when that was told
  double share_done = 0;            // 0..1
  std::optional<Transfer> transfer{};
};

struct ActionEntry {
  std::uint64_t id = 0;             // of this log, ascending; not the journal's
  Instant at;                       // when it was decided
  Action action;
  std::string vm, from, to;         // names; empty where the action has none
  std::string text, reason;         // "grow cpu 0.5 -> 1.25 cores", "cpu is forecast at ..."
  std::vector<std::string> after;   // names of the VMs whose moves it waits for
  Decision decision = Decision::kRefused;
  std::string why_refused;          // empty when started
  EntryState state = EntryState::kRefused;
  std::optional<Instant> ended_at;
  std::string message;              // why it failed
  ActionId journal_id;
  std::optional<EntryProgress> progress{};  // of one under way, once something has been heard of it
};

struct DeniedEntry {
  Instant since, at;                // the first and the newest round that said so
  std::size_t times = 1;
  std::string vm, host, wanted, why;
  std::string about;                // what makes two of them the same wish: "forecast-over-limit cpu"
};

// What an alert rule reported; nothing was changed for it.
struct AlertEntry {
  Instant at;
  std::string vm, host, text;       // text: "cpu is at 0.9 cores, over its limit of 0.8 cores"
  Reason reason;
};

class ActionLog {
 public:
  static constexpr std::size_t kKept = 10'000;  // of each kind

  // Takes in what a round came to, and returns the entries of its plan's actions, in the plan's order.
  std::vector<ActionEntry> note(const Snapshot& snapshot, const Round& round);

  // How far those are that are under way; one that an earlier run began is listed from then on. Between two rounds too.
  void follow(const Snapshot& snapshot, const std::vector<UnderWay>& under_way);

  // Started actions, newest first, at most `limit`.
  std::vector<ActionEntry> newest(std::size_t limit) const;
  std::vector<ActionEntry> of_vm(const std::string& name, std::size_t limit) const;
  std::vector<ActionEntry> of_host(const std::string& name, std::size_t limit) const;
  // What was refused or denied, the newest first.
  std::vector<DeniedEntry> denied_of(const std::string& vm, std::size_t limit) const;

 private:
  ActionEntry take(const Snapshot& snapshot, const Verdict& verdict);
  void end(const Snapshot& snapshot, const Ended& ended);
  ActionEntry& entry_of(const Snapshot& snapshot, ActionId id, const Action& action, Instant started_at);
  void deny(DeniedEntry entry);
  template <class Entry, class F>
  std::vector<Entry> pick(const std::deque<Entry>& all, std::size_t limit, F&& wanted) const;

  mutable std::mutex mutex_;
  std::uint64_t next_ = 1;
  std::deque<ActionEntry> started_;   // oldest first
  std::deque<DeniedEntry> denied_;    // oldest first, by when it was said last
};

// "grow cpu 0.5 -> 1.25 cores", "move from a to b, shrink memory 4 -> 2.5 GiB", "start c".
std::string action_text(const Action& action, const std::string& from, const std::string& to);
// One denied wish of a plan in words; `wanted` is what was the matter.
DeniedEntry describe(const Snapshot& snapshot, const Denied& denied);
AlertEntry describe(const Snapshot& snapshot, const Alert& alert);

}  // namespace headroom
