// Which model a manager begins with: the one an earlier run trained and saved in the state directory, where it may be
// used, or else the shipped one, or else none: then the manager goes on with a simple forecaster rather than not at all.
//
// Errors: none; a file that is broken, or does not fit, is told by `note` and left where it is.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "headroom/forecast/global_model.h"

namespace headroom {

struct StartModel {
  enum class From : std::uint8_t { kShipped, kSaved, kShippedForSaved, kNone };  // ForSaved: there is a saved one, not to be used

  std::shared_ptr<const GlobalModel> model;   // kNone: nullptr
  From from = From::kShipped;
  std::string note;   // a sentence for the log
};

std::filesystem::path saved_model_file(const std::filesystem::path& state_directory);

// `begin`: of what is replayed. A model that learnt from anything later would know what is yet to come.
// `saved` empty: there is no state directory.
StartModel choose_start_model(const Result<std::shared_ptr<const GlobalModel>>& shipped, const std::filesystem::path& saved, Instant begin);

}  // namespace headroom
