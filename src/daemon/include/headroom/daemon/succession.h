// Which of two models forecasts, settled by live loss. A newly trained model is a challenger first: it is asked in shadow
// about the same moments of the same sampled VMs as the champion, and both are judged alone, without calibration, on the
// same truths (PredictiveLoadEngine::set_challenger()).
//
//   takes over    its loss is lower by `margin`, once the trial has lasted `least` and has `targets`
//   sent away     that has not come to pass when the trial has lasted `most`
//
// Whoever was replaced stays on as the challenger, under the same rule: if the new champion loses to it live, it is put back
// and the new one sent away for good. So a change for the worse lasts a day and a half, not until the next training.
//
// Losses: pinball in z, challenger's over champion's, the mean over heads. Threads: none inside; one owner. Errors: none.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "headroom/forecast/global_model.h"
#include "headroom/forecast/live_accuracy.h"

namespace headroom {

struct TrialRules {
  Duration least = std::chrono::hours(24), most = std::chrono::hours(72);
  double margin = 0.01;
  double targets = 5000;       // of all heads together, after forgetting
};

struct SuccessionStatus {
  bool trial = false;          // there is a challenger
  bool probation = false;      // it is the former champion
  std::optional<Instant> since;
  double targets = 0, loss_over_champion = 1;
  std::string text;            // the newest change, a sentence; empty before any
  std::optional<Instant> changed;
};

class Succession {
 public:
  Succession(std::shared_ptr<const GlobalModel> champion, TrialRules rules) : champion_(std::move(champion)), rules_(rules) {}

  // A trial begins; one under way ends, its challenger is not heard of again.
  void challenge(std::shared_ptr<const GlobalModel> challenger, Instant now);
  // To be asked after every round. True when the champion or the challenger is another one from here on.
  bool judge(const LiveReport& live, Instant now);

  const std::shared_ptr<const GlobalModel>& champion() const { return champion_; }
  const std::shared_ptr<const GlobalModel>& challenger() const { return challenger_; }   // none: nullptr
  const SuccessionStatus& status() const { return status_; }

 private:
  void say(std::string text, Instant now);
  void end_trial();

  std::shared_ptr<const GlobalModel> champion_, challenger_;
  TrialRules rules_;
  SuccessionStatus status_;
};

}  // namespace headroom
