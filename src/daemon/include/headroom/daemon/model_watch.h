// The model of a run, watched from round to round: which one forecasts, which is on trial (succession.h), whether the one in force
// still fits (drift), and the training of the next meanwhile (trainer.h). Runs of every kind have one.
//
//   ModelWatch models(model, options, {use, challenge});
//   models.before_round(now);                         // a newly trained model goes on trial
//   ... the round ...
//   models.after_round(snapshot, accuracy, state);    // who wins takes over; all of it is told by the state
//
// Threads: one caller. Ownership: borrows the trainer. Errors: of make() only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "headroom/base/result.h"
#include "headroom/daemon/board.h"
#include "headroom/daemon/succession.h"
#include "headroom/daemon/trainer.h"
#include "headroom/forecast/drift.h"

namespace headroom {

struct ModelWatchOptions {
  std::string policy;            // for messages
  bool sees = false;             // the policy forecasts with the model
  std::string without_model;     // why there is none though it does
  TrialRules trial;
  Trainer* trainer = nullptr;    // none: the model stays as it is
};

// Whoever forecasts with it.
struct ModelSeats {
  std::function<void(const std::shared_ptr<const GlobalModel>&)> use;        // from here on
  std::function<void(const std::shared_ptr<const GlobalModel>&)> challenge;  // in shadow; nullptr: no challenger
};

class ModelWatch {
 public:
  // kInvalid: there is a trainer, and no model to train again or none that is seen through.
  static Result<ModelWatch> make(std::shared_ptr<const GlobalModel> model, ModelWatchOptions options, ModelSeats seats);

  void before_round(Instant now);
  // `accuracy`: of the policy's forecasts.
  void after_round(const Snapshot& snapshot, const std::optional<LiveReport>& accuracy, State& state);
  // What there is to tell between two rounds.
  void show(State& state) const;
  // For good: no round is left to take over in.
  void end();

 private:
  ModelWatch(std::shared_ptr<const GlobalModel> model, ModelWatchOptions options, ModelSeats seats);
  void put_in_force();

  std::shared_ptr<const GlobalModel> in_force_;
  ModelWatchOptions options_;
  ModelSeats seats_;
  std::optional<Succession> succession_;   // where the policy sees through the model
  std::optional<DriftAlarm> drift_;        // of the champion
};

}  // namespace headroom
