// What both lives of headroomd begin with: the model, its training, the doors.
#pragma once

#include <memory>
#include <string>

#include "headroom/daemon/door.h"
#include "headroom/daemon/start_model.h"
#include "headroom/daemon/trainer.h"
#include "options.h"

namespace headroom::cli {

// The shipped model, or the one an earlier run saved in `state` (empty: nowhere); says which, unless it goes without saying.
StartModel start_model(const Options& options, const std::filesystem::path& state, Instant begin);
// none: the model is not to be trained again, or there is none.
std::unique_ptr<Trainer> make_trainer(const Options& options, const std::filesystem::path& state, const StartModel& start, HistoryStore& history);

struct Doors {
  std::unique_ptr<Door> changes, page;
};
Result<Doors> open_doors(const Options& options, const Api& api);

}  // namespace headroom::cli
