// A replay under way, as the manager runs it: the policy that is shown, and its rivals in step on the same virtual time,
// each with its own pool. After every round it puts a State up on the board.
//
//   auto run = Run::make(world, options);
//   doors open on run->board() ...
//   run->go(stop);                       // warm-up, rounds; returns when all are run or the end is asked for
//
// A newly trained model goes on trial in the shadow of the shown policy's forecasts (succession.h). Where it wins it takes over
// between two rounds, in every policy that sees through the model, so that the score compares policies and not models.
//
// Without a model the policies that need one go on with a simple forecaster, and every State says so.
//
// Threads: go() in one; board() and set_paused() from any. Ownership: borrows the history store, the trainer and the Stop.
// Errors: make(): kInvalid for a policy nobody knows, a model that does not fit, or a trainer for a policy that does not
// forecast with the model. go(): what failed is on the board too; being stopped is no error. A round's troubles stop
// nothing; they are the message on the board.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headroom/base/stop.h"
#include "headroom/daemon/board.h"
#include "headroom/daemon/drain_book.h"
#include "headroom/daemon/model_watch.h"
#include "headroom/daemon/move_keeper.h"
#include "headroom/daemon/round_gate.h"
#include "headroom/sim/replay.h"

namespace headroom {

struct RunOptions {
  std::string version;
  std::string policy = "headroom";
  std::vector<std::string> compare;               // other policies, in step; each name once
  std::vector<Rule> rules;                        // checked; none: the shown policy's own. It governs by them, no rival does
  std::shared_ptr<const GlobalModel> model;       // none: a simple forecaster instead
  std::string without_model;                      // why there is none; a sentence for the status
  TrialRules trial;                               // of newly trained models
  std::uint64_t seed = 1;
  HistoryStore* history = nullptr;                // takes the shown policy's samples
  std::filesystem::path moves_file;               // where what migrations taught is kept (move_file.h); empty: nowhere
  std::filesystem::path drained_file;             // where drained hosts are kept (drain_book.h); empty: nowhere
  Duration take{};                                // wall time the rounds are spread over; 0: as fast as it goes
  Trainer* trainer = nullptr;                     // trains that model again meanwhile. Not owned; none: it stays as it is
  std::function<void(const State&)> watch;        // after each round, on go()'s thread
};

class Run {
 public:
  static Result<std::unique_ptr<Run>> make(std::shared_ptr<const World> world, RunOptions options);

  Result<void> go(const Stop& stop);
  const Board& board() const { return board_; }
  // Stops acting, or acts again, from the next round on; the loop goes on observing, forecasting and planning. kRefused
  // when the run is over.
  Result<void> set_paused(bool paused);
  // Has a host left by its VMs, or takes it into use again, from the next round on, in every policy. kNotFound for a host that is not
  // there; one that has gone may still be taken off the list.
  Result<void> set_drained(const std::string& host, bool drained);

 private:
  Run(std::shared_ptr<const World> world, RunOptions options);
  Result<void> warm_up(const Stop& stop);
  Result<void> rounds(const Stop& stop);
  Result<void> one_round();
  Result<void> watch_models();
  void show(RunState state, std::string message);
  RunState running_state() const { return paused_ ? RunState::kPaused : RunState::kRunning; }

  std::shared_ptr<const World> world_;
  RunOptions options_;
  std::shared_ptr<const RunInfo> info_;
  std::vector<Contender> contenders_;              // rivals first, the shown policy last, as in the score
  std::vector<std::unique_ptr<Replay>> replays_;   // the same order
  std::optional<ModelWatch> models_;
  MoveKeeper moves_;
  DrainBook drained_;
  Board board_;

  RoundGate gate_;
  bool paused_ = false, over_ = false;
};

}  // namespace headroom
