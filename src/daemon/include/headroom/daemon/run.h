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

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "headroom/base/stop.h"
#include "headroom/daemon/board.h"
#include "headroom/daemon/succession.h"
#include "headroom/daemon/trainer.h"
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

 private:
  Run(std::shared_ptr<const World> world, RunOptions options);
  Result<void> warm_up(const Stop& stop);
  Result<void> rounds(const Stop& stop);
  Result<void> one_round();
  void hand_over();
  void put_in_force();
  void take_up_moves();
  void keep_moves(const Replay& shown, std::vector<std::string>& troubles);
  void watch_models(const Replay& shown, State& state);
  void show(RunState state, std::string message);
  RunState running_state() const { return paused_ ? RunState::kPaused : RunState::kRunning; }

  std::shared_ptr<const World> world_;
  RunOptions options_;
  std::shared_ptr<const RunInfo> info_;
  std::vector<Contender> contenders_;              // rivals first, the shown policy last, as in the score
  std::vector<std::unique_ptr<Replay>> replays_;   // the same order
  std::optional<Succession> models_;               // where the shown policy sees through the model
  std::size_t moves_kept_ = 0;                     // how many migrations are in what was saved last
  std::string moves_trouble_;                      // why what was saved is not gone on from, for the first round to tell
  std::optional<DriftAlarm> drift_;                // of the champion
  Board board_;

  std::mutex mutex_;                               // a round, or a pause
  std::condition_variable turn_;
  std::atomic<int> waiting_ = 0;                         // callers of set_paused(); a round lets them go first
  bool paused_ = false, over_ = false;
};

}  // namespace headroom
