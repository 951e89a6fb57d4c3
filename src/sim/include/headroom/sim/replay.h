// Replays a world under a contender, through the same Loop the daemon runs, in virtual time.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/forecast/global_model.h"
#include "headroom/loop/loop.h"
#include "headroom/sim/contender.h"
#include "headroom/sim/report.h"
#include "headroom/sim/world.h"

namespace headroom {

struct ReplayOptions {
  std::shared_ptr<const GlobalModel> model;   // needed by contenders that see through the model
  std::uint64_t seed = 1;
  std::size_t threads = 1;                    // of a sweep: settings run side by side
  // Told after each round (replay) or each finished setting (sweep); from one thread at a time. Answering false stops.
  std::function<bool(std::size_t done, std::size_t all)> progress;
  // Sees every round of a replay, for a page or a journal; not called in a sweep.
  std::function<void(const Loop& loop, const Round& round)> watch;
};

// Errors: kInvalid when the model is missing or does not fit the step; kFailed when the loop fails or was stopped.
Result<Report> replay(const World& world, const Contender& contender, const ReplayOptions& options);
// One report a contender, in their order.
Result<std::vector<Report>> sweep(const World& world, const std::vector<Contender>& contenders,
                                  const ReplayOptions& options);

}  // namespace headroom
