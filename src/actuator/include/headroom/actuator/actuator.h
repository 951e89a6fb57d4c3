// Carries plans out, or refuses to: the only part of Headroom that changes a machine. It decides nothing about what
// is good, only whether an action may happen now (limits.h), and it knows of every action how far it is, across
// crashes (journal.h).
//
//   Actuator actuator(hypervisor, journal, limits);
//   if (auto r = actuator.recover(clock.now()); !r) ...;        // first of all, once
//   each round:
//     ended = actuator.poll(now);                               // ask how far each action is
//     inventory = hypervisor.inventory();                       // fetched after the poll
//     ended += actuator.confirm(inventory, now);                // done is done when the world agrees
//     verdicts = actuator.submit(make_plan(snapshot, policy), snapshot);
//
// Time: it reads no clock; the newest instant it was given is its present.
// Threads: one caller at a time. Ownership: it borrows hypervisor and journal; both must outlive it.
// Errors: what a hypervisor does wrong becomes a verdict or an Ended, never an error here. A journal that cannot be
// written stops every new start (Refusal::kJournal) and shows in status().
// Cost: O(actions of the plan + actions in flight) per round, never O(history).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/actuator/journal.h"
#include "headroom/actuator/limits.h"
#include "headroom/actuator/verdict.h"
#include "headroom/hypervisor/hypervisor.h"
#include "headroom/model/snapshot.h"

namespace headroom {

struct ActuatorStatus {
  SafetyState safety;                         // pause and breaker
  int migrations = 0;                         // under way
  int resizes = 0;
  int power_actions = 0;
  int begun_in_last_hour = 0;                 // 0 when there is no hourly budget to keep
  std::optional<std::string> journal_error;   // the last write that failed since the last that worked
};

// An action that has not ended, and what was last heard of it.
struct UnderWay {
  ActionId id;
  Action action;
  Instant started_at;
  std::optional<Progress> heard{};            // absent: nothing yet
  Instant heard_at{};
};

class Actuator {
 public:
  Actuator(Hypervisor& hypervisor, Journal& journal, SafetyLimits limits);
  ~Actuator();
  Actuator(const Actuator&) = delete;
  Actuator& operator=(const Actuator&) = delete;

  // Reads the journal, takes up every unfinished action, asks the hypervisor about each and compares with its
  // inventory. Never starts anything. Returns those that turn out to be over; what cannot be told yet stays in
  // flight. An error means the journal cannot be read: do not go on. Must be called once, before anything else.
  Result<std::vector<Ended>> recover(Instant now);

  // Starts what may be started. One verdict per action of the plan, in its order, preceded by one per undo of a
  // memory shrink that this snapshot shows to hurt. The present is snapshot.taken_at.
  std::vector<Verdict> submit(const Plan& plan, const Snapshot& snapshot);
  // Asks the hypervisor about every action under way; returns those that ended.
  std::vector<Ended> poll(Instant now);
  // Compares what the hypervisor claims, or no longer knows, with what there is. `inventory` must have been fetched
  // after the last poll.
  std::vector<Ended> confirm(const Inventory& inventory, Instant now);

  // Asks for an end of one action; the answer comes through poll(). kNotFound when it is not in flight.
  Result<void> cancel(ActionId id);

  // A pause holds back every new action (undos too) and leaves alone what is under way. It outlives a restart. An
  // error says the journal did not take it: it holds in this process only.
  Result<void> pause(const std::string& reason, Instant now);
  Result<void> resume();

  std::vector<InFlight> in_flight() const;    // ascending id
  std::vector<UnderWay> under_way() const;    // the same, for people: as of the last poll
  ActuatorStatus status() const;
  const SafetyLimits& limits() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace headroom
