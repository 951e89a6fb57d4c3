// What a run says on the standard error while it goes on, with the time of the run before each line.
#pragma once

#include <optional>
#include <string>

#include "headroom/daemon/board.h"

namespace headroom::cli {

// How far a replay is: on a terminal one line that overwrites itself, else a line a day. And what goes wrong meanwhile, once while it
// stays the same, and what became of each training.
class Ticker {
 public:
  void tell(const State& state);
  // What came after the last round.
  void tell_end(const State& state) { log_training(state); }

 protected:
  void log_training(const State& state);
  // Who forecasts, and whether it still fits.
  void log_models(const State& state);
  static void log(const State& state, const std::string& text);

 private:
  void log_trouble(const State& state);

  std::string day_, trouble_;
  std::optional<Instant> trained_, succeeded_;   // the training and the change of models that were told last
  bool drifted_ = false;
};

// The news of a live fleet.
class LiveTicker : public Ticker {
 public:
  void tell(const State& state);
};

}  // namespace headroom::cli
