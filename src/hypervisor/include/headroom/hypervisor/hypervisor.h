// The port to whatever runs the VMs. Adapters: simulated (here), libvirt (libvirt/pool.h). Domain words only; an adapter
// converts kilobytes, percent and domains at its own border.
//
// Threads: one caller at a time (the loop). Ownership: the adapter owns its connections; everything returned is a value.
// Errors: kUnreachable when it did not answer in time (nothing is known about what happened: ask progress() later),
// kRefused when the hypervisor says no, kNotFound for a VM, host or action it does not know, kInvalid for an action that
// makes no sense there. An error of start() means that nothing was begun.
//
// What all adapters must do is in tests, hypervisor/testing/contract.h: run them on every new one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/model/plan.h"
#include "headroom/model/sample.h"
#include "headroom/model/snapshot.h"

namespace headroom {

// A host that is to be there, and of which nothing is known: it has never answered.
struct UnheardHost {
  std::string name;
  Instant since{};                      // when it was asked first
  std::string why;
};

struct Inventory {
  std::vector<Host> hosts;  // ascending id
  std::vector<Vm> vms;      // ascending id; what it knows of them: no forecast, no rule memory
  std::vector<std::string> troubles{};  // what is odd or does not answer, a sentence each; the same words while it stays the same
  std::optional<std::string> alarm{};   // why it begins nothing any more; absent: all is well. For people
  std::vector<UnheardHost> unheard{};   // beside `hosts`
};

enum class ActionState : std::uint8_t { kRunning, kDone, kFailed, kCancelled };
std::string_view name(ActionState state);

// What a migration has sent so far.
struct Transfer {
  Bytes sent, left;                     // left: of the pass under way; what is written to meanwhile is sent again
  int pass = 0;                         // over the memory, from 1 on; 0: not told
};

struct Progress {
  ActionState state = ActionState::kRunning;
  std::string message;                  // why it failed; of what is done, what was not as it should be
  double share_done = 0;                // 0..1
  std::optional<Duration> downtime;     // of a finished migration
  std::optional<Duration> took{};       // of what is done
  bool refused = false;                 // of what failed: nothing was begun, since it may not be now. No sign of anything broken
  std::optional<Transfer> transfer{};   // of a migration under way, where it is told
  bool allocation_as_before = false;    // of a move that is done: the VM is there without the other allocation that it carried; plan it anew
};

// kInvalid for what no hypervisor could do: a move from a host to itself, an allocation below nothing or without CPU or memory. Adapters
// ask it before all else.
Result<void> makes_sense(const Action& action);

class Hypervisor {
 public:
  virtual ~Hypervisor() = default;

  // The pool as it is now, moves made by others included.
  virtual Result<Inventory> inventory() = 0;
  // What was measured since the last call, in any order. A VM that did not report is simply absent.
  virtual Result<std::vector<VmSample>> samples() = 0;
  // Begins an action and returns at once. Starting an id again is the same as having started it once. With a VM one thing is done at
  // a time: kRefused while another action of it is under way.
  virtual Result<void> start(ActionId id, const Action& action) = 0;
  // An action that an earlier run began and did not see end: it is not begun again, only found out, and progress() tells. For a
  // hypervisor that remembers by itself what was started there is nothing to do. An error: nobody knows of it.
  virtual Result<void> take_up(ActionId, const Action&) { return {}; }
  // kNotFound: the hypervisor has no memory of it (it was never started, or ended long ago).
  virtual Result<Progress> progress(ActionId id) = 0;
  // Asks for an end with the VM as it was before; the answer comes through progress(). It may come too late, which is no error.
  virtual Result<void> cancel(ActionId id) = 0;
};

}  // namespace headroom
