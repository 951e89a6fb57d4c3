// The actions under way, and what they occupy: VMs and hosts. Everything the limits need is counted as actions come
// and go, so no question costs more than a look-up.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "headroom/actuator/phase.h"
#include "headroom/hypervisor/hypervisor.h"
#include "headroom/model/plan.h"

namespace headroom {

struct Flight {
  ActionId id;
  Action action;
  ActionPhase phase = ActionPhase::kPlanned;
  Instant planned_at;
  std::optional<Instant> not_found_since;  // the hypervisor has denied knowing it ever since
  std::optional<Instant> claimed_at;
  std::optional<Duration> downtime, took;
  std::string remark;                      // what the hypervisor had to say of what it has done
  std::optional<Progress> heard;           // the last answer, and when it came
  Instant heard_at;
  bool refused = false;                    // the hypervisor may not do it now: nothing was begun, and nothing is broken
  bool counted_as_failure = false;         // the breaker counts one action once
};

struct HostTraffic {
  int migrations = 0;  // from or to it
  int resizes = 0;
  int power_actions = 0;
};

class Flights {
 public:
  Flight& add(Flight flight);     // its VM must not be in flight; ids must ascend. The reference is good until the next add
  // Frees what the flight, which is over, occupied; the flight itself stays until sweep().
  void release(const Flight& flight);
  void sweep();                   // drops flights that are over

  bool busy(VmId vm) const { return by_vm_.count(vm) != 0; }
  HostTraffic traffic(HostId host) const;
  int migrations() const { return migrations_; }
  int resizes() const { return resizes_; }
  int power_actions() const { return power_actions_; }

  Flight* find(ActionId id);
  std::vector<Flight>& all() { return flights_; }  // ascending id
  const std::vector<Flight>& all() const { return flights_; }

 private:
  void count(const Action& action, int change);

  std::vector<Flight> flights_;
  std::unordered_map<VmId, ActionId> by_vm_;
  std::unordered_map<HostId, HostTraffic> by_host_;
  int migrations_ = 0, resizes_ = 0, power_actions_ = 0;
};

inline bool is_about_a_vm(const Action& action) {
  return action.kind == ActionKind::kResize || action.kind == ActionKind::kMigrate;
}

}  // namespace headroom
