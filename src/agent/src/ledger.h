// What the agent knows of directives, kept on disk so that each is applied at most once whoever is killed: ids that were begun, results
// until the manager has them, the last ids of which it said so, and the highest epoch. A small text file, replaced whole and synced
// before the call returns; no call leaves memory and disk apart. Threads: one. Errors: kInvalid for a file that is broken (nothing is
// guessed: an id that was lost could be applied twice), kFailed when it cannot be written.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom/wire/message.h"

namespace headroom::agent {

class Ledger {
 public:
  // What was begun and has no result is INTERRUPTED from now on.
  static Result<Ledger> open(std::string path);

  std::uint64_t epoch() const { return epoch_; }
  // The result of a directive that is known; null: it is new, or amid its application.
  const wire::v1::DirectiveResult* result(std::string_view id) const;
  bool knows(std::string_view id) const { return find(id) != nullptr; }

  Result<void> begin(std::string_view id, std::uint64_t epoch);  // before anything is done; raises the epoch
  Result<void> end(const wire::v1::DirectiveResult& result);     // of one that was begun
  Result<void> acknowledged(std::string_view id);                // not known: nothing happens

  // Those that the manager has not acknowledged, oldest first.
  void for_each_unacknowledged(const std::function<void(const wire::v1::DirectiveResult&)>& take) const;

 private:
  struct Entry {
    wire::v1::DirectiveResult result;  // outcome NONE: begun
    bool acknowledged = false;
  };
  explicit Ledger(std::string path) : path_(std::move(path)) {}
  const Entry* find(std::string_view id) const;
  Result<void> read(std::string_view text);
  Result<void> save(const std::deque<Entry>& entries, std::uint64_t epoch);  // and takes them on
  std::string path_;
  std::uint64_t epoch_ = 0;
  std::deque<Entry> entries_;  // oldest first
};

}  // namespace headroom::agent
