// What became of each action of a plan, and how each action that was begun ended. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/actuator/phase.h"
#include "headroom/base/instant.h"
#include "headroom/model/plan.h"

namespace headroom {

enum class Decision : std::uint8_t {
  kStarted,      // under way (or begun without an answer: then `why` says so)
  kRecommended,  // nothing else against it, but it is for the operator or for another manager to do
  kRefused,      // not done
  kWaiting,      // a move whose time has not come, or that others have to be over for: not asked about yet
};

enum class Refusal : std::uint8_t {
  // The action makes no sense against this snapshot.
  kDisagrees,        // unknown VM or host, no longer on `from`, allocation changed, host already in that state
  kImmovable,        // it cannot move while it runs
  kScaling,          // the resource never changes, not while running, or not in this direction
  kOutOfBounds,      // below the VM's floor or above its ceiling
  kDestination,      // off, failed, or not accepting VMs
  kHostNotEmpty,     // a host with VMs on it or on their way is never stopped
  kStale,            // snapshot, VM sample or host answer too old
  kMemoryShrink,     // no fresh guest statistics, stalled, or below used + margin
  // It may not be Headroom that does it.
  kForeignOwner,
  kLevel,
  // Not now.
  kPaused,
  kInFlight,         // the VM has an action under way
  kHostBusy,         // the host is being started or stopped
  kHostLimit,
  kFleetLimit,
  kCooldown,
  kBudget,
  kBreaker,
  kEarlierMove,      // it counted on one that has failed or was not begun
  // It was tried.
  kJournal,          // the intent could not be written, so nothing was started
  kHypervisor,       // the hypervisor said no at once
};
inline constexpr std::size_t kRefusalCount = 21;
std::string_view name(Decision decision);
std::string_view name(Refusal refusal);  // "in-flight", "foreign-owner"...

struct Verdict {
  Action action;
  Decision decision = Decision::kRefused;
  ActionId id;                        // valid when it reached the journal
  std::optional<Refusal> refusal;     // why it was not started; absent when started
  std::string why;                    // one sentence for people; empty when simply started
  bool undo = false;                  // not from the plan: gives back what a memory shrink took
};

struct Ended {
  ActionId id;
  Action action;
  ActionPhase outcome = ActionPhase::kDone;  // kDone, kFailed, kCancelled or kNotTaken
  Instant started_at;
  Instant ended_at;
  std::optional<Duration> downtime;          // of a finished migration, when the hypervisor measured it
  std::string message;
  std::optional<Duration> took{};            // of what is done, when the hypervisor measured it
};

}  // namespace headroom
