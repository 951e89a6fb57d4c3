#include "headroom/daemon/action_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "words.h"

namespace headroom {
namespace {

constexpr std::size_t kLookBack = 512;  // how far a repeated refusal is searched for

ActionEntry describe(const Snapshot& snapshot, const Action& action) {
  ActionEntry entry;
  entry.at = snapshot.taken_at;
  entry.action = action;
  entry.vm = vm_name(snapshot, action.vm);
  entry.from = host_name(snapshot, action.from);
  entry.to = host_name(snapshot, action.to.valid() ? action.to : action.from);
  entry.text = action_text(action, entry.from, entry.to);
  entry.reason = to_text(action.reason);
  entry.after = waits_for(snapshot, action);
  return entry;
}

std::string about(const Reason& why) {
  return fmt::format("{} {}", name(why.code), why.resource ? name(*why.resource) : "");
}

// The checker found a fault in the whole plan, so that no action has a verdict.
std::vector<Verdict> all_refused(const Round& round) {
  std::vector<Verdict> verdicts;
  for (const Action& action : round.plan.actions) {
    Verdict v;
    v.action = action;
    v.why = "the plan breaks a rule, so none of it is carried out: " + round.breaches.front();
    verdicts.push_back(std::move(v));
  }
  return verdicts;
}

}  // namespace

DeniedEntry describe(const Snapshot& s, const Denied& d) {
  return {s.taken_at, s.taken_at, 1, vm_name(s, d.vm), host_name(s, d.host), to_text(d.reason), d.why, about(d.reason)};
}

AlertEntry describe(const Snapshot& s, const Alert& a) {
  return {s.taken_at, vm_name(s, a.vm), host_name(s, a.host), to_text(a.reason), a.reason};
}

std::string_view name(EntryState state) {
  switch (state) {
    case EntryState::kRunning: return "running";
    case EntryState::kDone: return "done";
    case EntryState::kFailed: return "failed";
    case EntryState::kRefused: return "refused";
    case EntryState::kWaiting: return "waiting";
  }
  return "";
}

ActionEntry ActionLog::take(const Snapshot& snapshot, const Verdict& v) {
  ActionEntry entry = describe(snapshot, v.action);
  entry.id = next_++;
  entry.decision = v.decision;
  entry.journal_id = v.id;
  if (v.undo) entry.reason = "memory ran short after it was taken away";
  switch (v.decision) {
    case Decision::kStarted:
      entry.state = EntryState::kRunning;
      started_.push_back(entry);
      break;
    case Decision::kWaiting: entry.state = EntryState::kWaiting; break;
    case Decision::kRecommended:
    case Decision::kRefused:
      entry.why_refused = v.why;
      deny({entry.at, entry.at, 1, entry.vm, entry.to, entry.text, v.why, about(v.action.reason)});
  }
  return entry;
}

std::vector<ActionEntry> ActionLog::note(const Snapshot& snapshot, const Round& round) {
  const std::lock_guard lock(mutex_);
  for (const Verdict& v : round.since) take(snapshot, v);  // some of these have ended by now
  for (const Ended& ended : round.ended) end(snapshot, ended);
  std::vector<ActionEntry> of_plan;
  for (const Verdict& v : round.breaches.empty() ? round.verdicts : all_refused(round)) of_plan.push_back(take(snapshot, v));
  for (const Denied& d : round.plan.denied) deny(describe(snapshot, d));
  while (started_.size() > kKept) started_.pop_front();
  while (denied_.size() > kKept) denied_.pop_front();
  return of_plan;
}

// One that an earlier run began is new here.
ActionEntry& ActionLog::entry_of(const Snapshot& snapshot, ActionId id, const Action& action, Instant started_at) {
  const auto found = std::find_if(started_.rbegin(), started_.rend(), [&](const ActionEntry& e) { return e.journal_id == id; });
  if (found != started_.rend()) return *found;
  ActionEntry entry = describe(snapshot, action);
  entry.id = next_++;
  entry.at = started_at;
  entry.decision = Decision::kStarted;
  entry.state = EntryState::kRunning;
  entry.journal_id = id;
  started_.push_back(std::move(entry));
  return started_.back();
}

void ActionLog::end(const Snapshot& snapshot, const Ended& ended) {
  ActionEntry& entry = entry_of(snapshot, ended.id, ended.action, ended.started_at);
  entry.state = ended.outcome == ActionPhase::kDone ? EntryState::kDone : EntryState::kFailed;
  entry.ended_at = ended.ended_at;
  entry.message = ended.message;
  entry.progress.reset();
}

void ActionLog::follow(const Snapshot& snapshot, const std::vector<UnderWay>& under_way) {
  const std::lock_guard lock(mutex_);
  for (const UnderWay& u : under_way) {
    ActionEntry& entry = entry_of(snapshot, u.id, u.action, u.started_at);
    if (u.heard) entry.progress = EntryProgress{u.started_at, u.heard_at, u.heard->share_done, u.heard->transfer};
  }
}

void ActionLog::deny(DeniedEntry entry) {
  const std::size_t back = std::min(kLookBack, denied_.size());
  const auto same = std::find_if(denied_.rbegin(), denied_.rbegin() + static_cast<std::ptrdiff_t>(back),
                                 [&](const DeniedEntry& e) {
                                   return e.vm == entry.vm && e.about == entry.about && e.why == entry.why &&
                                          e.host == entry.host && e.at != entry.at;
                                 });
  if (same != denied_.rbegin() + static_cast<std::ptrdiff_t>(back)) {
    entry.since = same->since;
    entry.times = same->times + 1;
    denied_.erase(std::next(same).base());
  }
  denied_.push_back(std::move(entry));
}

template <class Entry, class F>
std::vector<Entry> ActionLog::pick(const std::deque<Entry>& all, std::size_t limit, F&& wanted) const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> some;
  for (auto e = all.rbegin(); e != all.rend() && some.size() < limit; ++e)
    if (wanted(*e)) some.push_back(*e);
  return some;
}

std::vector<ActionEntry> ActionLog::newest(std::size_t limit) const {
  return pick(started_, limit, [](const ActionEntry&) { return true; });
}

std::vector<ActionEntry> ActionLog::of_vm(const std::string& name, std::size_t limit) const {
  return pick(started_, limit, [&](const ActionEntry& e) { return e.vm == name; });
}

std::vector<ActionEntry> ActionLog::of_host(const std::string& name, std::size_t limit) const {
  return pick(started_, limit, [&](const ActionEntry& e) { return e.from == name || e.to == name; });
}

std::vector<DeniedEntry> ActionLog::denied_of(const std::string& vm, std::size_t limit) const {
  return pick(denied_, limit, [&](const DeniedEntry& e) { return e.vm == vm; });
}

}  // namespace headroom
