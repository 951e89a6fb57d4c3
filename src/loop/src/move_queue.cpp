#include "headroom/loop/move_queue.h"

#include <algorithm>

namespace headroom {

// Who is not known to the plan is over: it ended before the plan was carried out.
bool MoveQueue::over(VmId vm) const {
  const auto fate = fate_.find(vm);
  return fate == fate_.end() || fate->second == Fate::kDone || fate->second == Fate::kFailed;
}

bool MoveQueue::failed(VmId vm) const {
  const auto fate = fate_.find(vm);
  return fate != fate_.end() && fate->second == Fate::kFailed;
}

std::vector<Action> MoveQueue::fill(const Plan& plan, const Snapshot& snapshot, Instant until) {
  waiting_.clear();
  left_.clear();
  fate_.clear();
  made_at_ = plan.made_at;
  for (const InFlight& f : snapshot.in_flight)
    if (f.action.kind == ActionKind::kMigrate) fate_[f.action.vm] = Fate::kRunning;
  std::vector<Action> now;
  for (const Action& a : plan.actions) {
    const bool later = a.schedule && (a.schedule->start > Duration{} || !a.schedule->after.empty() || !a.schedule->after_done.empty());
    if (a.kind == ActionKind::kMigrate) fate_[a.vm] = Fate::kWaiting;
    if (!later) now.push_back(a);
    else (made_at_ + a.schedule->start < until ? waiting_ : left_).push_back(a);
  }
  return now;
}

std::vector<Action> MoveQueue::due(Instant now, std::vector<Action>& stopped) {
  std::vector<Action> may_begin;
  // One that is stopped may be what another waits for, so until nothing changes.
  for (bool changed = true; changed;) {
    changed = false;
    for (auto a = waiting_.begin(); a != waiting_.end();) {
      const MoveSchedule& s = *a->schedule;
      const auto is_over = [&](VmId vm) { return over(vm); };
      const bool free = made_at_ + s.start <= now && std::all_of(s.after.begin(), s.after.end(), is_over) &&
                        std::all_of(s.after_done.begin(), s.after_done.end(), is_over);
      if (!free) {
        ++a;
        continue;
      }
      const bool in_vain = std::any_of(s.after_done.begin(), s.after_done.end(), [&](VmId vm) { return failed(vm); });
      if (in_vain) fate_[a->vm] = Fate::kFailed;
      (in_vain ? stopped : may_begin).push_back(*a);
      a = waiting_.erase(a);
      changed = true;
    }
  }
  return may_begin;
}

std::optional<Instant> MoveQueue::next_look(Instant now) const {
  std::optional<Instant> next;
  for (const Action& a : waiting_) {
    const Instant at = std::max(made_at_ + a.schedule->start, now + kLookEvery);
    if (!next || at < *next) next = at;
  }
  return next;
}

}  // namespace headroom
