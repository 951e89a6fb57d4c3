#include "headroom/daemon/start_model.h"

#include <fmt/format.h>

namespace headroom {
namespace {

// Why a saved model cannot be the one to begin with; empty when it can.
std::string objection(const ModelInfo& saved, const ModelInfo& shipped, Instant begin) {
  if (saved.step != shipped.step || saved.horizon_steps != shipped.horizon_steps)
    return "it forecasts for another step or other horizons than the shipped one";
  if (!saved.ends_by(begin))
    return fmt::format("it was trained up to {}, and what is replayed begins at {}: it knows what is yet to come",
                       to_rfc3339(saved.trained_to), to_rfc3339(begin));
  return "";
}

}  // namespace

std::filesystem::path saved_model_file(const std::filesystem::path& state_directory) { return state_directory / "ple.model"; }

StartModel choose_start_model(std::shared_ptr<const GlobalModel> shipped, const std::filesystem::path& saved, Instant begin) {
  using From = StartModel::From;
  std::error_code error;
  if (!std::filesystem::exists(saved, error) && !error)
    return {std::move(shipped), From::kShipped, fmt::format("no model is saved as '{}' yet; the shipped one forecasts", saved.string())};
  auto loaded = GlobalModel::load(saved);
  const std::string why = loaded ? objection((*loaded)->info(), shipped->info(), begin) : loaded.error().message;
  if (!why.empty())
    return {std::move(shipped), From::kShippedForSaved,
            fmt::format("the model saved as '{}' is not used: {}; the shipped one forecasts", saved.string(), why)};
  const ModelInfo& info = (*loaded)->info();
  const std::string note = fmt::format("forecasts with the model saved as '{}', trained on {} VMs, {} to {}", saved.string(), info.vms,
                                       to_rfc3339(info.trained_from), to_rfc3339(info.trained_to));
  return {std::move(*loaded), From::kSaved, note};
}

}  // namespace headroom
