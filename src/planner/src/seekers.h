// VMs that have to find a place: new ones, a lost host's, a drained host's (what_if.h). They wait nowhere (nowhere.h); those
// that move live wait on their host.
#pragma once

#include <set>

#include "draft.h"
#include "headroom/planner/what_if.h"

namespace headroom {

class HostJudge;
class Placement;

class Seekers {
 public:
  // A VM of the snapshot; a fresh one came from nowhere. `shown`: it is told how each host is as a place for it.
  void add(const Snapshot& fleet, const Vm& vm, bool live, bool shown = false);
  // One that cannot go anywhere, and why. `stays`: on its host.
  void give_up(const Snapshot& fleet, const Vm& vm, bool stays, std::string why);

  // Puts whoever waits on running hosts with room, the biggest memory first.
  void settle(Snapshot& fleet, const Policy& policy) { settle(fleet, policy, false); }
  // And starts hosts for those left, where the policy may. Whoever waits after that has no place.
  void settle_for_good(Snapshot& fleet, const Policy& policy) { settle(fleet, policy, true); }

  std::vector<Placed> placed() &&;      // those in place in the order they got it, then those without
  std::vector<Arrival> arrivals() && { return std::move(arrivals_); }

 private:
  struct Seeker {
    VmId vm;
    Placed told;
    HostId started;                     // for it
    bool shown = false;
  };
  struct Outcome {
    std::vector<Action> moves;
    std::optional<HostId> start;        // somebody needs this host, which is off
  };
  struct Pass;
  void settle(Snapshot& fleet, const Policy& policy, bool for_good);
  Placed told_of(const Snapshot& fleet, const Vm& vm);
  Outcome one_pass(const Snapshot& fleet, const Policy& policy, bool for_good);
  void arrive(Snapshot& fleet, const std::vector<Action>& moves);
  void show(const Pass& pass, std::size_t vm);
  void order(const Snapshot& fleet);

  std::vector<Seeker> waiting_, settled_, stuck_;
  std::set<VmId> known_;                // of all three
  std::vector<Arrival> arrivals_;
};

}  // namespace headroom
