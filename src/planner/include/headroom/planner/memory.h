// What rules remember between rounds, kept outside the planner so that the planner stays pure: the loop lets a
// MemoryKeeper look at each snapshot before make_plan does, and it fills in Vm::memory and Snapshot::memory.
// Threads: one caller. Cost: O(1) amortised per VM and rule and round.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

class MemoryKeeper {
 public:
  explicit MemoryKeeper(const Policy& policy) : policy_(policy) {}
  void update(Snapshot& snapshot);
  // Tells it what a plan reported, so that an alert rests for its cooldown, and which host it empties, so that the next one goes on.
  void note(const Snapshot& snapshot, const Plan& plan);
  // An action of an earlier process that is still under way: if it empties a host, the next plans go on with that.
  void take_up(const Action& under_way);

 private:
  struct Window {  // running maximum of a signal, newest last, values descending
    std::deque<std::pair<Instant, double>> maxima;
    Instant first_seen{};
    Instant last_seen{};
    std::optional<Instant> true_since;
    std::optional<Instant> alerted_at;
  };
  void update(const Snapshot& snapshot, const Rule& rule, const Vm& vm, Window& window, RuleMemory& memory);

  Policy policy_;
  std::map<VmId, std::vector<Window>> windows_;
  int imbalanced_rounds_ = 0;
  HostId emptying_;
};

}  // namespace headroom
