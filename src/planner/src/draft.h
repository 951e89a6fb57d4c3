// A plan in the making: the snapshot, what has been decided so far, and the room that is left. All capacity counting of
// the planner is here, so that no step can forget a move that is still in flight.
#pragma once

#include <array>
#include <vector>

#include "costs.h"
#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

class Draft {
 public:
  Draft(const Snapshot& snapshot, const Policy& policy);

  const Snapshot& snapshot() const { return snapshot_; }
  const Policy& policy() const { return policy_; }
  const Costs& costs() const { return costs_; }
  const Vm& vm(std::size_t i) const { return snapshot_.vms[i]; }
  const Host& host(std::size_t h) const { return snapshot_.hosts[h]; }
  std::size_t vm_count() const { return snapshot_.vms.size(); }
  std::size_t host_count() const { return snapshot_.hosts.size(); }

  std::size_t host_of(std::size_t vm) const { return home_[vm]; }
  std::size_t host_index(HostId id) const;
  const std::vector<std::size_t>& residents(std::size_t host) const { return residents_[host]; }
  // What may still be given out on a host, in-flight and planned actions counted; may be negative.
  const Resources& room(std::size_t host) const { return room_[host]; }
  bool has_room(std::size_t host, const Resources& more) const { return more.fits_in(room_[host]); }
  // `want` cut to what the VM's host has room for: what shrinks shrinks, what grows grows by as many whole steps as fit.
  Resources part_that_fits(std::size_t vm, const Resources& want) const;
  // The VM may be acted on in this plan: ours, reporting, nothing in flight, nothing planned yet.
  bool free_to_act(std::size_t vm) const { return free_[vm]; }
  bool movable(std::size_t vm) const;
  bool may_move(std::size_t vm) const;                     // also by the policy, with a move left in this round
  bool may_change(std::size_t vm, Resource r, bool upwards) const;
  bool moved_lately(std::size_t vm) const;                 // and is left in peace for now, unless it is in need
  // The host can take VMs now: it is neither being emptied, in this plan or still from an earlier one, nor stopped.
  bool open(std::size_t host) const;
  void close(std::size_t host) { closed_[host] = 1; }
  bool stopping(std::size_t host) const { return stopping_[host]; }  // since an earlier plan
  bool empties_a_host() const { return empties_; }         // in this plan
  bool awaits_vm(std::size_t host) const { return incoming_[host] > 0; }
  bool starting_planned() const { return starts_ > 0; }

  // An action that is only recommended takes its room, so that two of them fit together, but gives none: nothing that is
  // done may count on it.
  void resize(std::size_t vm, const Resources& after, const Reason& reason, AutomationLevel level = AutomationLevel::kAuto);
  void migrate(std::size_t vm, std::size_t to, const Resources& after, const Reason& reason,
               AutomationLevel level = AutomationLevel::kAuto);
  void schedule(std::size_t vm, MoveSchedule schedule);    // of a move planned before
  void start_host(std::size_t host, const Reason& reason);
  void stop_host(std::size_t host, const Reason& reason);
  void deny(std::size_t vm, const Reason& reason, std::string why);
  void alert(std::size_t vm, const Reason& reason);

  std::size_t migrations() const { return migrations_; }
  Plan finish() &&;

 private:
  void expect(const Action& move);

  const Snapshot& snapshot_;
  const Policy& policy_;
  Costs costs_;
  Plan plan_;
  std::vector<std::size_t> home_;
  std::vector<std::vector<std::size_t>> residents_;
  std::vector<Resources> room_;
  std::vector<char> free_;
  std::vector<int> incoming_;
  std::vector<char> closed_, stopping_;
  std::size_t migrations_ = 0;
  std::size_t starts_ = 0;
  bool empties_ = false;
};

}  // namespace headroom
