// Replays a world under a contender, through the same Loop the daemon runs, in virtual time: round by round (Replay),
// whole (replay()), or every setting of a policy (sweep()).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/base/stop.h"
#include "headroom/forecast/global_model.h"
#include "headroom/forecast/live_accuracy.h"
#include "headroom/loop/loop.h"
#include "headroom/sim/contender.h"
#include "headroom/sim/report.h"
#include "headroom/sim/world.h"

namespace headroom {

// What a run forecasts: the scenario's horizons, or where it names none the model's own; without a model (null), the default.
Horizons horizons_of(const Scenario& scenario, const GlobalModel* model);

struct ReplayOptions {
  std::shared_ptr<const GlobalModel> model;   // needed by contenders that see through the model
  // Without a model such contenders go on with the last value and its own errors (baselines.h) instead of being refused.
  bool simple_without_model = false;
  std::uint64_t seed = 1;
  std::size_t threads = 1;                    // of a sweep: settings run side by side
  // Told after each round (replay) or each finished setting (sweep); from one thread at a time. Answering false stops.
  std::function<bool(std::size_t done, std::size_t all)> progress;
  // Keeps every sample, those of the days before the window too; not in a sweep. What it does not take stops nothing and
  // is told by a round's troubles. Not owned.
  HistoryStore* history = nullptr;
  // Ends the warm-up early, which is an error then. Not owned.
  const Stop* stop = nullptr;
};

// One contender's run, a round at a time. Several may be advanced in step: they share the world and nothing else.
//
// Threads: one caller. Ownership: borrows world, history and stop. Errors: as replay().
class Replay {
 public:
  // Warms the forecaster up on the days before the window, so it takes a second or so.
  static Result<std::unique_ptr<Replay>> make(const World& world, const Contender& contender,
                                              const ReplayOptions& options);
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  bool done() const { return round() == rounds(); }
  std::size_t round() const;                 // how many were run
  std::size_t rounds() const;                // of the whole window
  Instant now() const;                       // the end of the last round; the window's begin before the first
  Result<Round> advance();                   // not when done
  Report report() const;                     // of the time so far; of the whole window when done

  const Loop& loop() const;
  Actuator& actuator();                      // to pause and resume between rounds
  // Before the first round: goes on from what migrations had taught an earlier process.
  void set_moves(MoveMemory moves);
  void set_drained(std::map<std::string, Instant> hosts);  // as Loop has it, between two rounds
  // How good the forecasts have been lately, the warm-up included; none where the contender does not see through the model.
  std::optional<LiveReport> accuracy() const;
  // Between rounds: forecasts with another model from here on. False, and nothing changes, where the contender does not see
  // through the model, or the new one has another step or does not reach the horizons.
  bool replace_model(std::shared_ptr<const GlobalModel> model);
  // The same for a model that is only asked in shadow (PredictiveLoadEngine::set_challenger()).
  bool set_challenger(std::shared_ptr<const GlobalModel> challenger);

 private:
  struct State;
  explicit Replay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Errors: kInvalid when the model is missing or does not fit the step or the horizons; kFailed when the loop fails or was stopped.
Result<Report> replay(const World& world, const Contender& contender, const ReplayOptions& options);
// One report a contender, in their order.
Result<std::vector<Report>> sweep(const World& world, const std::vector<Contender>& contenders,
                                  const ReplayOptions& options);

}  // namespace headroom
