// What guests were asked, and what they said: each directive with an id of its own, kept in a file, so that it is asked until it is
// answered or its time is over, whoever restarts, and answered once.
//
//   auto id = book->ask({.vm_uuid = ..., .action = 7, .moment = Moment::kBefore, .memory_kib_from = ..., .until = now + 30s}, now);
//   ingest.wake();                                  // it goes out to the VM's agent, now or when it connects
//   book->find(*id)->state                          // kOpen until it said something
//
// Of one that is over nobody is asked any more. Answers are kept for a week. Many at once cost one sync of the disk, as one does.
//
// Threads: any; calls take one lock and last as long as a sync of the disk where they change something. Errors: kFailed when the disk
// fails; nothing has changed then.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/base/instant.h"
#include "headroom/base/result.h"

namespace headroom::ingest {

// Numbers are in the file: none is used again.
enum class DirectiveKind : std::uint8_t { kAllocation, kSampling, kDrain };
enum class Moment : std::uint8_t { kBefore, kAfter };   // the hypervisor acts
enum class DirectiveState : std::uint8_t { kOpen, kDone, kVetoed, kExpired, kFailed, kUnsupported };
std::string_view name(DirectiveKind kind);
std::string_view name(Moment moment);
std::string_view name(DirectiveState state);

struct Directive {
  std::string id;               // 16 bytes; given by the book
  std::string vm_uuid;
  ActionId action;              // whose part it is; none: of no action's
  DirectiveKind kind = DirectiveKind::kAllocation;
  Moment moment = Moment::kBefore;
  std::uint32_t vcpus_from = 0, vcpus_to = 0;           // of an allocation; `to` 0: that one is left alone
  std::uint64_t memory_kib_from = 0, memory_kib_to = 0;
  Duration interval{};          // of a sampling
  Instant made_at{}, until;     // by our clock
  std::string reason;           // for the guest's log
  DirectiveState state = DirectiveState::kOpen;
  std::string answer;           // the guest's words, fit for a page
  bool carried_on = false;      // the action has gone on to the hypervisor
};

class DirectiveBook {
 public:
  // The file is made (not its folder) when there is none.
  static Result<std::unique_ptr<DirectiveBook>> open(const std::string& path);
  ~DirectiveBook();

  Result<std::string> ask(const Directive& directive, Instant now);
  // All of them or none; their ids in the same order.
  Result<std::vector<std::string>> ask(std::span<const Directive> directives, Instant now);
  // What was answered. Absent: that VM was asked no such thing, or has answered already; nothing is changed then.
  Result<std::optional<Directive>> answer(const std::string& vm_uuid, const std::string& id, DirectiveState state, const std::string& words);
  Result<void> carry_on(const std::string& id);

  Result<std::optional<Directive>> find(const std::string& id) const;
  // What was asked for an action, oldest first.
  Result<std::vector<Directive>> of_action(ActionId action) const;
  // What has no answer and is not over, oldest first; those over are marked so.
  Result<std::vector<Directive>> open_ones(Instant now);
  // Likewise of one VM.
  Result<std::vector<Directive>> open_of(const std::string& vm_uuid, Instant now);
  // Grows with every ask(): there may be something to send.
  std::uint64_t asked() const;

 private:
  struct Inside;
  explicit DirectiveBook(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace headroom::ingest
