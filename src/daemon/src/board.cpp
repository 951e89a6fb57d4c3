#include "headroom/daemon/board.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace headroom {

std::string_view name(RunState state) {
  switch (state) {
    case RunState::kRunning: return "running";
    case RunState::kPaused: return "paused";
    case RunState::kFinished: return "finished";
    case RunState::kFailed: return "failed";
  }
  return "";
}

std::string_view name(RunMode mode) { return mode == RunMode::kLive ? "live" : "replay"; }

void put_round(State& state, const Snapshot& snapshot, const Round& round, const MoveMemory& moves, ActionLog& log) {
  state.troubles = round.troubles;
  state.message = fmt::format("{}", fmt::join(round.troubles, "; "));
  state.alarm = round.alarm.value_or("");
  state.unheard = round.unheard;
  state.decision_ms = round.decision_seconds * 1000;
  state.forecast_ms = round.forecast_seconds * 1000;
  state.snapshot = snapshot;
  state.breaches = round.breaches;
  state.plan = log.note(snapshot, round);
  for (const Denied& d : round.plan.denied) state.denied.push_back(describe(snapshot, d));
  for (const Alert& a : round.plan.alerts) state.alerts.push_back(describe(snapshot, a));
  state.moves = moves.newest();
  state.moves_finished = moves.finished();
}

void Board::publish(std::shared_ptr<const State> state) {
  const std::lock_guard lock(mutex_);
  state_.swap(state);
}

std::shared_ptr<const State> Board::read() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace headroom
