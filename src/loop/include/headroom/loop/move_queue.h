// The moves of the newest plan that are not begun with it, because their time has not come or because others have to be over
// first (MoveSchedule in model/plan.h). It says which may be begun at a moment; it begins nothing.
//
//   for (Action& a : queue.fill(plan, snapshot, until)) ...;   // what is to be begun now
//   each now and then:  queue.ended(vm, succeeded) ...         // whatever has ended since
//                       for (Action& a : queue.due(now)) ...;  // begun: queue.begun(vm); not begun: queue.ended(vm, false)
//
// A move that is to start at `until` or later is not kept: the plan of then knows better. Nothing here survives a restart, for the
// same reason.
// Threads: one caller. Cost: due() looks at every move that waits, once for each that it lets go.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "headroom/model/snapshot.h"

namespace headroom {

class MoveQueue {
 public:
  // How often to look again while a move waits for others: their end is not told, it is asked for.
  static constexpr Duration kLookEvery = std::chrono::seconds(5);

  // Forgets the plan before. Returns the actions that are to be begun at once, in the plan's order; what it keeps is in waiting().
  std::vector<Action> fill(const Plan& plan, const Snapshot& snapshot, Instant until);
  const std::vector<Action>& waiting() const { return waiting_; }
  // Moves that were to start so late that they are left to a later plan.
  const std::vector<Action>& left() const { return left_; }

  void begun(VmId vm) { fate_[vm] = Fate::kRunning; }
  void ended(VmId vm, bool succeeded) { fate_[vm] = succeeded ? Fate::kDone : Fate::kFailed; }

  // Takes out those that may be begun, and into `stopped` those that count on a move that has failed.
  std::vector<Action> due(Instant now, std::vector<Action>& stopped);
  // Puts back one that could not be begun for a moment's reason: whoever waits for it goes on waiting.
  void again(Action action) {
    fate_[action.vm] = Fate::kWaiting;
    waiting_.push_back(std::move(action));
  }
  // When to ask for due() next; nullopt: nobody waits.
  std::optional<Instant> next_look(Instant now) const;

 private:
  enum class Fate : std::uint8_t { kWaiting, kRunning, kDone, kFailed };
  bool over(VmId vm) const;
  bool failed(VmId vm) const;

  Instant made_at_{};
  std::vector<Action> waiting_, left_;
  std::map<VmId, Fate> fate_;            // of all moves of the plan, and of those under way when it was made
};

}  // namespace headroom
