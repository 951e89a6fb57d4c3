// One action under way: what its worker found out, and what the pool asks of it. And the alarm that stops all of them.
//
// Threads: both are thread-safe. Ownership: shared by the pool and the worker, which may outlive the pool.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "headroom/hypervisor/guest_word.h"
#include "headroom/hypervisor/hypervisor.h"

namespace headroom::libvirt {

// Raised once, for good: another manager is at work, or a VM runs twice. Nothing is begun any more.
class Alarm {
 public:
  void raise(const std::string& why);
  std::optional<std::string> raised() const;

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> why_;
};

// What the worker last found out. `undecided`: it cannot tell how the action stands, and why.
struct Finding {
  Progress progress;
  std::optional<std::string> undecided{};
  Instant at{};
};

class ActionRun {
 public:
  explicit ActionRun(Instant started) { finding_.at = started; }

  // Nothing follows an end.
  void tell(Finding finding);
  Finding finding() const;
  bool over() const { return finding().progress.state != ActionState::kRunning; }

  Stop cancel;     // asked for; the worker waits on it between two looks
  Stop abandoned;  // nobody waits for the answer any more

 private:
  mutable std::mutex mutex_;
  Finding finding_;
};

// A job for a worker's thread: tells the run how it goes until it is over.
struct ActionSetting {
  ActionId id;
  Action action;
  std::string vm;            // UUID
  bool watch_only = false;   // begun by an earlier run: nothing is done, only found out
  std::optional<Progress> moved{};  // of a move that carries a resize, once it has arrived
  bool not_begun = false;    // of what is only watched: nobody can have pulled a lever yet, so that there is nothing to wait for
  std::shared_ptr<ActionRun> run;
  std::shared_ptr<Alarm> alarm;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<const GuestWord> guests{};  // who speaks for it beside its balloon; none: nobody

  std::optional<GuestMemory> word() const { return guests ? guests->memory(vm) : std::nullopt; }
};

}  // namespace headroom::libvirt
