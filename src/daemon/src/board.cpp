#include "headroom/daemon/board.h"

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

void Board::publish(std::shared_ptr<const State> state) {
  const std::lock_guard lock(mutex_);
  state_.swap(state);
}

std::shared_ptr<const State> Board::read() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace headroom
