#include "draft.h"

#include <algorithm>

#include "headroom/base/check.h"

namespace headroom {

Draft::Draft(const Snapshot& snapshot, const Policy& policy)
    : snapshot_(snapshot),
      policy_(policy),
      costs_(snapshot, policy),
      residents_(snapshot.hosts.size()),
      free_(snapshot.vms.size(), 1),
      incoming_(snapshot.hosts.size(), 0),
      closed_(snapshot.hosts.size(), 0),
      stopping_(snapshot.hosts.size(), 0) {
  plan_.made_at = snapshot.taken_at;
  for (const Host& h : snapshot.hosts) room_.push_back(h.admissible() - h.incoming);
  for (std::size_t i = 0; i < snapshot.vms.size(); ++i) {
    const Vm& v = snapshot.vms[i];
    home_.push_back(host_index(v.host));
    residents_[home_[i]].push_back(i);
    room_[home_[i]] -= v.allocation;
    free_[i] = !v.action_in_flight && v.owner.empty() && v.level != AutomationLevel::kObserve;
  }
  for (const InFlight& f : snapshot.in_flight) {
    const Action& a = f.action;
    if (a.kind == ActionKind::kMigrate) expect(a);
    if (a.kind == ActionKind::kResize)
      for (Resource r : kAllResources)
        room_[host_index(a.from)][r] -= std::max<std::int64_t>(0, a.after[r] - a.before[r]);
    if (a.kind == ActionKind::kStartHost) ++starts_;
    if (a.kind == ActionKind::kStopHost) stopping_[host_index(a.from)] = 1;
  }
}

// A move takes its room at once; the source keeps its share until the VM has left, and takes nobody in if it is left for
// good.
void Draft::expect(const Action& move) {
  const std::size_t to = host_index(move.to);
  room_[to] -= move.after;
  ++incoming_[to];
  if (move.reason.code == ReasonCode::kConsolidation) close(host_index(move.from));
}

std::size_t Draft::host_index(HostId id) const {
  const Host* host = snapshot_.find(id);
  HEADROOM_CHECK(host != nullptr, "a VM's host is in the snapshot");
  return static_cast<std::size_t>(host - snapshot_.hosts.data());
}

Resources Draft::part_that_fits(std::size_t i, const Resources& want) const {
  Resources part = vm(i).allocation;
  for (Resource r : kAllResources) {
    const std::int64_t more = want[r] - part[r], free = std::max<std::int64_t>(0, room_[home_[i]][r]);
    part[r] += more <= free ? more : free / policy_.step[r] * policy_.step[r];
  }
  return part;
}

bool Draft::movable(std::size_t i) const { return free_[i] && vm(i).mobility == Mobility::kLive; }

bool Draft::may_move(std::size_t i) const {
  return policy_.hosts.may_migrate && movable(i) && migrations_ < policy_.hosts.moves_per_round;
}

bool Draft::may_change(std::size_t i, Resource r, bool upwards) const {
  const Scaling s = vm(i).scaling[index(r)];
  return s == Scaling::kLiveUpAndDown || (upwards && s == Scaling::kLiveUp);
}

bool Draft::moved_lately(std::size_t i) const {
  const auto& moved = vm(i).moved_at;
  return moved && snapshot_.taken_at - *moved < policy_.hosts.stay_after_move;
}

bool Draft::open(std::size_t h) const { return host(h).power == PowerState::kOn && host(h).accepts_vms && !closed_[h] && !stopping_[h]; }

void Draft::resize(std::size_t i, const Resources& after, const Reason& reason, AutomationLevel level) {
  HEADROOM_CHECK(free_[i], "one action a VM");
  const Resources& before = vm(i).allocation;
  // A shrink frees its room at once (a lower limit needs no time), a growth takes it at once.
  for (Resource r : kAllResources)
    if (level == AutomationLevel::kAuto || after[r] > before[r]) room_[home_[i]][r] -= after[r] - before[r];
  plan_.actions.push_back({ActionKind::kResize, vm(i).id, vm(i).host, {}, before, after, reason, level});
  free_[i] = 0;
}

void Draft::migrate(std::size_t i, std::size_t to, const Resources& after, const Reason& reason, AutomationLevel level) {
  HEADROOM_CHECK(free_[i], "one action a VM");
  plan_.actions.push_back({ActionKind::kMigrate, vm(i).id, vm(i).host, host(to).id, vm(i).allocation, after, reason, level});
  expect(plan_.actions.back());
  ++migrations_;
  empties_ = empties_ || reason.code == ReasonCode::kConsolidation;
  free_[i] = 0;
}

void Draft::schedule(std::size_t i, MoveSchedule schedule) {
  const auto move = std::find_if(plan_.actions.begin(), plan_.actions.end(),
                                 [&](const Action& a) { return a.kind == ActionKind::kMigrate && a.vm == vm(i).id; });
  HEADROOM_CHECK(move != plan_.actions.end(), "what is scheduled is a planned move");
  move->schedule = std::move(schedule);
}

void Draft::start_host(std::size_t h, const Reason& reason) {
  ++starts_;
  costs_.note_start(h);
  plan_.actions.push_back({ActionKind::kStartHost, {}, host(h).id, {}, {}, {}, reason});
}

void Draft::stop_host(std::size_t h, const Reason& reason) {
  close(h);
  costs_.note_stop(h);
  plan_.actions.push_back({ActionKind::kStopHost, {}, host(h).id, {}, {}, {}, reason});
}

void Draft::deny(std::size_t i, const Reason& reason, std::string why) {
  plan_.denied.push_back({vm(i).id, vm(i).host, reason, std::move(why)});
}

void Draft::alert(std::size_t i, const Reason& reason) { plan_.alerts.push_back({vm(i).id, vm(i).host, reason}); }

Plan Draft::finish() && {
  // Shrinks first: they free the room that growths of the same plan may count on.
  auto only_shrinks = [](const Action& a) { return a.kind == ActionKind::kResize && a.after.fits_in(a.before); };
  std::stable_partition(plan_.actions.begin(), plan_.actions.end(), only_shrinks);
  return std::move(plan_);
}

}  // namespace headroom
