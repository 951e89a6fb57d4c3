// What the manager shows: one immutable State a round, put up by the thread that runs the rounds and read by those that
// answer; and beside it the logs that would be too long to copy every round.
//
// Threads: any. publish() swaps a pointer; a reader keeps the State it has for as long as it likes.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "headroom/daemon/action_log.h"
#include "headroom/daemon/trail.h"
#include "headroom/daemon/succession.h"
#include "headroom/daemon/training_status.h"
#include "headroom/forecast/drift.h"
#include "headroom/forecast/global_model.h"
#include "headroom/forecast/live_accuracy.h"
#include "headroom/planner/move_memory.h"
#include "headroom/planner/policy.h"
#include "headroom/sim/report.h"

namespace headroom {

enum class RunState : std::uint8_t { kRunning, kPaused, kFinished, kFailed };
std::string_view name(RunState state);

// A recorded fleet on a simulated pool, or a real one.
enum class RunMode : std::uint8_t { kReplay, kLive };
std::string_view name(RunMode mode);

// What does not change while a run lasts. A live one has no end.
struct RunInfo {
  RunMode mode = RunMode::kReplay;
  std::string version, scenario, view, policy;   // scenario: its name, or the fleet's
  Instant from;
  std::optional<Instant> to;
  Duration step{};                 // of forecasts
  Duration every{}, poll{};        // a round; a look at the hosts
  std::optional<std::size_t> rounds;
  AutomationLevel level = AutomationLevel::kAuto;
  Policy decides;                  // how; and how a host's risk is judged
};

// One moment.
struct State {
  std::shared_ptr<const RunInfo> run;
  RunState state = RunState::kRunning;
  std::string message;             // why it failed, what it waits for, or what goes wrong meanwhile
  std::vector<std::string> troubles;   // what goes wrong meanwhile, a sentence each
  std::string alarm;                   // why nothing is begun any more, until a person has looked; empty: all is well
  std::vector<UnheardHost> unheard;    // hosts that are to be there and have never answered
  std::vector<std::string> news;       // of this round, for people: what was planned, begun, ended, refused for a new reason
  std::size_t round = 0;           // 0: none was run yet; the snapshot has no samples and no forecasts then
  double decision_ms = 0, forecast_ms = 0;
  std::shared_ptr<const GlobalModel> model;   // the one in force; none where the policy does not see through it
  std::optional<LiveReport> accuracy;         // of the shown policy's forecasts; none where it does not see through the model
  std::string without_model;                  // why the policy forecasts without the model it needs; empty where it does not
  std::deque<FinishedMove> moves;             // the newest migrations that are over, as predicted and as measured; oldest first
  std::size_t moves_finished = 0;             // all of them
  std::optional<Drift> drift;                 // the same; whether the model still fits
  std::optional<SuccessionStatus> succession; // the same; who is on trial
  std::optional<TrainerStatus> trainer;       // none: it is not trained again
  Snapshot snapshot;
  std::vector<ActionEntry> plan;   // the newest plan's actions
  std::vector<DeniedEntry> denied;
  std::vector<AlertEntry> alerts;
  std::vector<std::string> breaches;
  std::vector<Report> score;       // of each policy up to now; of a live fleet nobody can say what others would have done
};

// Puts in what a round came to, and notes it in the log.
void put_round(State& state, const Snapshot& snapshot, const Round& round, const MoveMemory& moves, ActionLog& log);

class Board {
 public:
  void publish(std::shared_ptr<const State> state);
  std::shared_ptr<const State> read() const;   // nullptr before the first

  ActionLog log;
  Trail trail;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const State> state_;
};

}  // namespace headroom
