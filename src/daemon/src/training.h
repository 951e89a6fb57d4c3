// One training from the history to a verdict, on the caller's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "headroom/daemon/training_status.h"
#include "headroom/forecast/train.h"
#include "headroom/history/store.h"

namespace headroom {

struct TrainingTask {
  Instant now;                                  // nothing later is read
  Duration window{};
  std::size_t most_vms = 0;
  std::map<std::string, Resources> ceilings;    // by UUID, of the VMs that are there
  std::shared_ptr<const GlobalModel> present;
  TrainOptions training;                        // its progress is asked whether to go on
};

struct Trained {
  TrainingOutcome outcome;
  std::shared_ptr<const GlobalModel> model;     // when accepted
};

// Errors: none; they are outcomes. `training.progress` that answers false makes it end as cancelled.
Trained train_on_history(HistoryStore& history, const TrainingTask& task);

}  // namespace headroom
