// What several programs and subcommands ask for in the same words: traces, a window, a model.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/forecast/global_model.h"
#include "headroom/forecast/train.h"
#include "headroom/sim/world.h"
#include "headroom/trace/fleet.h"

namespace headroom::cli {

// "START,END", each as parse_instant() takes it.
Result<Window> parse_window(const std::string& text);

// The world of a scenario: its own fleet, or the traces given instead, over the window given or else its own. The
// scenario's window is about its own traces, so it does not count for others.
Result<std::shared_ptr<const World>> load_world(Scenario scenario, const std::vector<std::filesystem::path>& traces,
                                                std::optional<Window> window, View view);

// Trains on traces, only on samples in [from, to); says how far it is on stderr when that is a terminal.
Result<std::shared_ptr<const GlobalModel>> train_on(const std::vector<std::filesystem::path>& traces,
                                                    TrainOptions options);

// The model given, or else the one that is shipped: beside the program, or in the source tree it was built from.
Result<std::shared_ptr<const GlobalModel>> load_model(const std::optional<std::filesystem::path>& given);

// A line that overwrites itself: " 42 %  label". Nothing where stderr is no terminal.
void show_progress(const std::string& label, double share);
void end_progress();

}  // namespace headroom::cli
