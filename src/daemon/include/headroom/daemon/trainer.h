// Trains the global model again in the background, on what the history store holds of all VMs, and hands it over when it is
// no worse than the present one on held-out time that neither has learnt from.
//
//   Trainer trainer(history, model, options);
//   if (auto next = trainer.take()) ...                           // between two rounds: puts it on trial (succession.h)
//   trainer.promoted(model);                                      // when one takes over: it is saved, and is the present one
//   trainer.begin_if_due(snapshot);                               // after a round
//
// Due: every so much of the loop's time; wall time decides nothing but when a training is done. One at a time: what is due
// meanwhile begins when the one before has ended.
//
// Sees: samples of [now - window, now) of every VM in the store, gone ones too, read a day of a VM at a time so that the
// loop's writes never wait long; ceilings of the VMs in the snapshot. Never anything later than the round it was begun in,
// also where the store holds such (a replay run twice on one directory). Bounds: TrainerOptions.
//
// Threads: take(), begin_if_due() and cancel() from the loop's; promoted() too; they never wait for a training but cancel(), which waits for
// it to notice, some tenths of a second. status() and wait() from any. The training runs on a thread of its own at a low
// priority. Ownership: borrows the store. Errors: none; what fails is an outcome, told by status().
#pragma once

#include <filesystem>
#include <memory>

#include "headroom/daemon/training_status.h"
#include "headroom/forecast/train.h"
#include "headroom/history/store.h"
#include "headroom/model/snapshot.h"

namespace headroom {

struct TrainerOptions {
  Duration every = std::chrono::hours(24);         // of the loop's time
  Duration window = std::chrono::hours(24 * 28);   // how far back it reads
  std::size_t most_vms = 2000;                     // more are thinned out evenly
  std::filesystem::path file;                      // a promoted model is saved here; empty: nowhere
  std::optional<Instant> last_trained;             // a saved model's end; else counted from the first round
  // Rows (some 900 B each while it runs), trees, seed. Step and horizons are the present model's, the window is the above.
  TrainOptions training = background_training();

  static TrainOptions background_training();
};

class Trainer {
 public:
  Trainer(HistoryStore& history, std::shared_ptr<const GlobalModel> present, TrainerOptions options);
  ~Trainer();                                      // cancels
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  std::shared_ptr<const GlobalModel> take();       // an accepted model, once; nullptr mostly
  void promoted(std::shared_ptr<const GlobalModel> model);
  void begin_if_due(const Snapshot& snapshot);
  void cancel();                                   // for good
  TrainerStatus status() const;
  void wait() const;                               // until none is under way, and what was promoted is saved

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace headroom
