#include "headroom/actuator/actuator.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "breaker.h"
#include "effect.h"
#include "gate.h"
#include "headroom/base/check.h"
#include "log_book.h"
#include "shrink_watch.h"

namespace headroom {

struct Actuator::State {
  State(Hypervisor& h, Journal& j, const SafetyLimits& l) : hypervisor(h), journal(j), book(j), limits(l) {}

  void see(Instant instant) { now = std::max(now, instant); }
  void move(Flight& flight, ActionPhase phase, const std::string& message);
  Ended end(Flight& flight, ActionPhase outcome, const std::string& message);
  void count_failure(Flight& flight);
  void save_safety() { (void)book.save(safety); }  // what fails is kept and shows in status()

  Verdict decide(const Action& action, const Snapshot& snapshot, bool urgent);
  Verdict begin(const Action& action);
  std::vector<VmId> undo_shrinks(const Plan& plan, const Snapshot& snapshot, std::vector<Verdict>& verdicts);

  std::optional<Ended> ask(Flight& flight);
  std::optional<Ended> take_answer(Flight& flight, const Progress& progress);
  std::optional<Ended> compare(Flight& flight, const Inventory& inventory);
  template <class F>
  std::vector<Ended> for_each_flight(F&& look);

  Result<void> adopt(const JournalRecord& record);
  void remember(const JournalRecord& record);

  Hypervisor& hypervisor;
  Journal& journal;  // for reading; everything written goes through the book
  LogBook book;
  const SafetyLimits limits;
  SafetyState safety;
  Flights flights;
  Pace pace{limits};
  Breaker breaker{limits, safety};
  Gate gate{limits, safety, flights, breaker, pace};
  ShrinkWatch shrinks;
  Instant now{};
  bool recovered = false;
};

Actuator::Actuator(Hypervisor& hypervisor, Journal& journal, SafetyLimits limits)
    : state_(std::make_unique<State>(hypervisor, journal, limits)) {}
Actuator::~Actuator() = default;

// ---- one action's life ----

void Actuator::State::move(Flight& flight, ActionPhase phase, const std::string& message) {
  HEADROOM_CHECK(may_follow(flight.phase, phase), "an action passes only along the arrows of docs/actions.md");
  flight.phase = phase;
  book.record(flight.id, phase, now, message);
}

void Actuator::State::count_failure(Flight& flight) {
  if (std::exchange(flight.counted_as_failure, true)) return;
  if (breaker.failed(flight.id, now)) save_safety();
}

Ended Actuator::State::end(Flight& flight, ActionPhase outcome, const std::string& message) {
  move(flight, outcome, message);
  flights.release(flight);
  pace.ended(flight.action, now);
  if (flight.refused) pace.refused(flight.planned_at);
  if (outcome == ActionPhase::kDone) {
    shrinks.ended(flight.action, now);
    if (breaker.succeeded(flight.id)) save_safety();
  } else if (outcome == ActionPhase::kCancelled || flight.refused) {
    breaker.proves_nothing(flight.id);
  } else {
    count_failure(flight);
  }
  return {flight.id, std::move(flight.action), outcome, flight.planned_at, now, flight.downtime, message, flight.took};
}

// ---- starting ----

std::vector<Verdict> Actuator::submit(const Plan& plan, const Snapshot& snapshot) {
  State& s = *state_;
  HEADROOM_CHECK(s.recovered, "recover() comes before the first plan");
  s.see(snapshot.taken_at);
  std::vector<Verdict> verdicts;
  verdicts.reserve(plan.actions.size());
  const std::vector<VmId> hurt = s.undo_shrinks(plan, snapshot, verdicts);
  for (const Action& action : plan.actions) {
    const bool cures = std::find(hurt.begin(), hurt.end(), action.vm) != hurt.end() &&
                       action.after.memory() > action.before.memory();
    verdicts.push_back(s.decide(action, snapshot, cures));
  }
  s.flights.sweep();
  return verdicts;
}

// Returns the VMs whose memory the plan itself gives back; for those nothing is begun here.
std::vector<VmId> Actuator::State::undo_shrinks(const Plan& plan, const Snapshot& snapshot,
                                                std::vector<Verdict>& verdicts) {
  std::vector<VmId> left_to_plan;
  if (!limits.undo_memory_shrinks) return left_to_plan;
  for (const Action& growth : shrinks.due(snapshot, limits.undo_window)) {
    if (flights.busy(growth.vm)) continue;
    const bool planned = std::any_of(plan.actions.begin(), plan.actions.end(), [&](const Action& a) {
      return is_about_a_vm(a) && a.vm == growth.vm && a.after.memory() >= growth.after.memory();
    });
    if (planned) {
      left_to_plan.push_back(growth.vm);
      continue;
    }
    verdicts.push_back(decide(growth, snapshot, true));
    verdicts.back().undo = true;
  }
  return left_to_plan;
}

Verdict Actuator::State::decide(const Action& action, const Snapshot& snapshot, bool urgent) {
  auto objection = gate.object({action, snapshot, now}, urgent);
  if (!objection) return begin(action);
  Verdict verdict;
  verdict.action = action;
  verdict.decision = objection->advice ? Decision::kRecommended : Decision::kRefused;
  verdict.refusal = objection->refusal;
  verdict.why = std::move(objection->why);
  return verdict;
}

// The order is the promise: the journal first, then the hypervisor.
Verdict Actuator::State::begin(const Action& action) {
  Verdict verdict;
  verdict.action = action;
  const auto id = book.append(action, now);
  if (!id) {
    verdict.refusal = Refusal::kJournal;
    verdict.why = fmt::format("the journal cannot be written: {}", id.error().message);
    return verdict;
  }
  verdict.id = *id;
  verdict.decision = Decision::kStarted;
  pace.begun(action, now);
  breaker.begun(*id);
  Flight flight;
  flight.id = *id;
  flight.action = action;
  flight.planned_at = now;
  Flight& begun = flights.add(std::move(flight));
  const auto started = hypervisor.start(*id, action);
  if (started) {
    move(begun, ActionPhase::kStarted, {});
  } else if (started.error().code == ErrorCode::kUnreachable) {
    verdict.why = fmt::format("no answer to the start ({}); it will be asked about", started.error().message);
    move(begun, ActionPhase::kUnknown, started.error().message);
    count_failure(begun);  // a hypervisor that does not answer gets no long list of further requests
  } else {
    begun.refused = started.error().code == ErrorCode::kRefused;
    end(begun, ActionPhase::kFailed, started.error().message);
    verdict.decision = Decision::kRefused;
    verdict.refusal = Refusal::kHypervisor;
    verdict.why = fmt::format("the hypervisor refused: {}", started.error().message);
  }
  return verdict;
}

// ---- following ----

template <class F>
std::vector<Ended> Actuator::State::for_each_flight(F&& look) {
  std::vector<Ended> ended;
  for (Flight& flight : flights.all())
    if (auto over = look(flight)) ended.push_back(std::move(*over));
  if (!ended.empty()) flights.sweep();
  return ended;
}

std::vector<Ended> Actuator::poll(Instant now) {
  State& s = *state_;
  HEADROOM_CHECK(s.recovered, "recover() comes before the first poll");
  s.see(now);
  (void)s.book.catch_up();
  return s.for_each_flight([&](Flight& flight) { return s.ask(flight); });
}

std::optional<Ended> Actuator::State::ask(Flight& flight) {
  if (flight.phase == ActionPhase::kClaimed) return std::nullopt;
  const auto progress = hypervisor.progress(flight.id);
  if (progress) return take_answer(flight, *progress);
  // Not knowing it is no proof that it is not happening: a request may still be under way. compare() decides.
  if (progress.error().code == ErrorCode::kNotFound) {
    flight.not_found_since = flight.not_found_since.value_or(now);
    return std::nullopt;
  }
  flight.not_found_since.reset();  // the denial must be unbroken
  if (flight.phase != ActionPhase::kUnknown) move(flight, ActionPhase::kUnknown, progress.error().message);
  return std::nullopt;
}

std::optional<Ended> Actuator::State::take_answer(Flight& flight, const Progress& progress) {
  flight.not_found_since.reset();
  flight.heard = progress;
  flight.heard_at = now;
  switch (progress.state) {
    case ActionState::kRunning:
      if (flight.phase != ActionPhase::kStarted) move(flight, ActionPhase::kStarted, {});
      return std::nullopt;
    case ActionState::kFailed:
      flight.refused = progress.refused;
      return end(flight, ActionPhase::kFailed, progress.message);
    case ActionState::kCancelled: return end(flight, ActionPhase::kCancelled, progress.message);
    case ActionState::kDone: break;
  }
  flight.downtime = progress.downtime;
  flight.took = progress.took;
  flight.remark = progress.message;
  if (progress.allocation_as_before) flight.action.after = flight.action.before;  // what it has done, which the inventory has to show
  if (!limits.confirm_by_inventory) return end(flight, ActionPhase::kDone, flight.remark);
  flight.claimed_at = now;
  move(flight, ActionPhase::kClaimed, {});
  return std::nullopt;
}

std::vector<Ended> Actuator::confirm(const Inventory& inventory, Instant now) {
  State& s = *state_;
  HEADROOM_CHECK(s.recovered, "recover() comes before the first confirmation");
  s.see(now);
  return s.for_each_flight([&](Flight& flight) { return s.compare(flight, inventory); });
}

std::optional<Ended> Actuator::State::compare(Flight& flight, const Inventory& inventory) {
  if (!flight.claimed_at && !flight.not_found_since) return std::nullopt;
  const bool effective = took_effect(flight.action, inventory);
  if (flight.claimed_at) {
    if (effective) return end(flight, ActionPhase::kDone, flight.remark);
    if (now - *flight.claimed_at < limits.confirm_within) return std::nullopt;
    return end(flight, ActionPhase::kNotTaken, "the hypervisor said done, and the inventory shows otherwise");
  }
  if (effective)
    return end(flight, ActionPhase::kDone, "the hypervisor no longer knows it; the inventory shows its result");
  if (now - *flight.not_found_since < limits.lost_after) return std::nullopt;
  return end(flight, ActionPhase::kFailed, "the hypervisor does not know it, and the inventory shows no result");
}

// ---- restarting ----

Result<std::vector<Ended>> Actuator::recover(Instant now) {
  State& s = *state_;
  HEADROOM_CHECK(!s.recovered, "an actuator recovers once");
  s.see(now);
  auto safety = s.journal.safety_state();
  if (!safety) return tl::unexpected(safety.error());
  const auto recent = s.journal.changed_since(now - std::max(s.pace.memory(), s.limits.undo_window));
  if (!recent) return tl::unexpected(recent.error());
  const auto unfinished = s.journal.unfinished();
  if (!unfinished) return tl::unexpected(unfinished.error());
  s.safety = std::move(*safety);
  for (const JournalRecord& record : *recent) s.remember(record);
  for (const JournalRecord& record : *unfinished)
    if (auto ok = s.adopt(record); !ok) return tl::unexpected(ok.error());
  for (const JournalRecord& record : *unfinished) (void)s.hypervisor.take_up(record.id, record.action);  // progress() tells what is known
  s.recovered = true;
  std::vector<Ended> ended = poll(now);
  if (s.flights.all().empty()) return ended;
  if (const auto inventory = s.hypervisor.inventory()) {
    auto more = confirm(*inventory, now);
    ended.insert(ended.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return ended;
}

void Actuator::State::remember(const JournalRecord& record) {
  pace.begun(record.action, record.planned_at);
  pace.ended(record.action, record.changed_at);
  if (record.phase == ActionPhase::kDone) shrinks.ended(record.action, record.changed_at);
}

Result<void> Actuator::State::adopt(const JournalRecord& record) {
  if (is_about_a_vm(record.action) && flights.busy(record.action.vm))
    return fail(ErrorCode::kFailed, fmt::format("the journal shows two unfinished actions of VM {}; look at action {}",
                                                record.action.vm.value(), record.id.value()));
  Flight flight;
  flight.id = record.id;
  flight.action = record.action;
  flight.phase = record.phase;
  flight.planned_at = record.planned_at;
  if (record.phase == ActionPhase::kClaimed) flight.claimed_at = now;
  Flight& adopted = flights.add(std::move(flight));
  if (adopted.phase == ActionPhase::kPlanned) move(adopted, ActionPhase::kUnknown, "the manager stopped while starting it");
  if (safety.breaker_open_since && record.planned_at >= breaker.trial_from()) breaker.begun(record.id);
  return {};
}

// ---- the operator ----

Result<void> Actuator::cancel(ActionId id) {
  if (state_->flights.find(id) == nullptr)
    return fail(ErrorCode::kNotFound, fmt::format("action {} is not in flight", id.value()));
  return state_->hypervisor.cancel(id);
}

Result<void> Actuator::pause(const std::string& reason, Instant now) {
  state_->see(now);
  if (!state_->safety.paused_at) state_->safety.paused_at = now;
  state_->safety.pause_reason = reason;
  return state_->book.save(state_->safety);
}

Result<void> Actuator::resume() {
  state_->safety.paused_at.reset();
  state_->safety.pause_reason.clear();
  return state_->book.save(state_->safety);
}

std::vector<InFlight> Actuator::in_flight() const {
  std::vector<InFlight> list;
  list.reserve(state_->flights.all().size());
  for (const Flight& flight : state_->flights.all()) list.push_back({flight.action, flight.planned_at});
  return list;
}

std::vector<UnderWay> Actuator::under_way() const {
  std::vector<UnderWay> list;
  for (const Flight& f : state_->flights.all()) list.push_back({f.id, f.action, f.planned_at, f.heard, f.heard_at});
  return list;
}

ActuatorStatus Actuator::status() const {
  const State& s = *state_;
  return {s.safety,
          s.flights.migrations(),
          s.flights.resizes(),
          s.flights.power_actions(),
          state_->pace.begun_in_last_hour(s.now),
          s.book.error()};
}

const SafetyLimits& Actuator::limits() const { return state_->limits; }

}  // namespace headroom
