#include "headroom/daemon/start_model.h"

#include <fmt/format.h>

namespace headroom {
namespace {

// Why a saved model cannot be the one to begin with; empty when it can.
std::string objection(const ModelInfo& saved, const GlobalModel* shipped, Instant begin) {
  if (shipped != nullptr && (saved.step != shipped->info().step || saved.horizon_steps != shipped->info().horizon_steps))
    return "it forecasts for another step or other horizons than the shipped one";
  if (!saved.ends_by(begin))
    return fmt::format("it was trained up to {}, and what is replayed begins at {}: it knows what is yet to come",
                       to_rfc3339(saved.trained_to), to_rfc3339(begin));
  return "";
}

// With the shipped model, if there is one.
StartModel without_saved(const Result<std::shared_ptr<const GlobalModel>>& shipped, StartModel::From from, const std::string& why) {
  const std::string before = why.empty() ? "" : why + "; ";
  if (shipped) return {*shipped, from, before + "the shipped one forecasts"};
  return {nullptr, StartModel::From::kNone,
          fmt::format("WITHOUT ITS MODEL: {}{}; forecasts are the last value with its own errors, so expect them to be much less sharp",
                      before, shipped.error().message)};
}

}  // namespace

std::filesystem::path saved_model_file(const std::filesystem::path& state_directory) { return state_directory / "ple.model"; }

StartModel choose_start_model(const Result<std::shared_ptr<const GlobalModel>>& shipped, const std::filesystem::path& saved, Instant begin) {
  using From = StartModel::From;
  std::error_code error;
  if (saved.empty()) return without_saved(shipped, From::kShipped, "");
  if (!std::filesystem::exists(saved, error) && !error)
    return without_saved(shipped, From::kShipped, fmt::format("no model is saved as '{}' yet", saved.string()));
  auto loaded = GlobalModel::load(saved);
  const std::string why = loaded ? objection((*loaded)->info(), shipped ? shipped->get() : nullptr, begin) : loaded.error().message;
  if (!why.empty())
    return without_saved(shipped, From::kShippedForSaved, fmt::format("the model saved as '{}' is not used: {}", saved.string(), why));
  const ModelInfo& info = (*loaded)->info();
  const std::string note = fmt::format("forecasts with the model saved as '{}', trained on {} VMs, {} to {}", saved.string(), info.vms,
                                       to_rfc3339(info.trained_from), to_rfc3339(info.trained_to));
  return {std::move(*loaded), From::kSaved, note};
}

}  // namespace headroom
