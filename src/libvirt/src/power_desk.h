// The hosts that are started and stopped: which are off on purpose, which failed to start, and the actions under way.
//
// Before a host is told to stop it is written down, with what it is; so a manager that starts again knows the hosts that are off. A host
// that answers though it should be off was switched on by somebody else, and is on.
//
// Threads: one caller at a time; it starts a thread an action. Ownership: borrows the book. Errors: as the Hypervisor port says.
#pragma once

#include <deque>
#include <map>

#include "action_run.h"
#include "connection.h"
#include "headroom/libvirt/host_book.h"
#include "headroom/libvirt/observer.h"
#include "headroom/libvirt/power_options.h"
#include "worker.h"

namespace headroom::libvirt {

class PowerDesk {
 public:
  // `uris`: of all hosts there are.
  PowerDesk(std::vector<std::string> uris, PowerOptions options, KeepAlive keep_alive, std::shared_ptr<Alarm> alarm, std::shared_ptr<const Clock> clock, HostBook& book);
  ~PowerDesk();
  PowerDesk(const PowerDesk&) = delete;
  PowerDesk& operator=(const PowerDesk&) = delete;

  // Before the first round: the observer learns which hosts are off, and what they are.
  void introduce(Observer& observer);
  // Before each round: what has ended takes effect.
  void settle(Observer& observer);
  // After each round: the hosts' power, and what can be done about it.
  void mark(Observation& seen);

  // `moving`: where the VMs go that we move, by UUID.
  struct Moves {
    std::map<std::string, HostId> to{};
    std::map<std::string, HostId> from{};
  };
  Result<void> start(ActionId id, const Action& action, const Observation& seen, const Moves& moving);
  Result<void> take_up(ActionId id, const Action& action, const Observation& seen);
  bool knows(ActionId id) const { return actions_.contains(id); }
  Result<Progress> progress(ActionId id) const;
  void cancel(ActionId id);
  // It is being started or stopped, so that nothing else may be begun there.
  bool busy(const std::string& uri) const;
  // How many hosts are not to be heard of.
  std::size_t off() const;

 private:
  struct Entry {
    ActionKind kind = ActionKind::kStartHost;
    std::string uri;
    std::shared_ptr<ActionRun> run;
    std::shared_ptr<std::atomic<bool>> thrown;
    std::unique_ptr<Worker> worker{};  // null once it is over
  };

  std::shared_ptr<HostPower> switch_of(const std::string& uri) const;
  PowerState power_of(const std::string& uri) const;  // now, whatever the last round showed
  Result<void> may_start(const Host& host, const std::string& uri) const;
  Result<void> may_stop(const Host& host, const std::string& uri, const Observation& seen, const Moves& moving) const;
  Result<void> note(AbsentHost host);
  void forget(const std::string& uri);
  void take_effect(const Entry& entry, Observer& observer);
  void launch(ActionId id, ActionKind kind, const std::string& uri, const Moves& moving, bool watch_only);

  const std::vector<std::string> uris_;
  const PowerOptions options_;
  const KeepAlive keep_alive_;
  const std::shared_ptr<Alarm> alarm_;
  const std::shared_ptr<const Clock> clock_;
  HostBook& book_;
  std::map<std::string, AbsentHost> absent_;  // by URI
  std::map<ActionId, Entry> actions_;
  std::deque<ActionId> over_;                 // the oldest first
  std::vector<std::string> troubles_;         // for the next round to tell
};

}  // namespace headroom::libvirt
