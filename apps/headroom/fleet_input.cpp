#include "fleet_input.h"

#include <fmt/format.h>

#include "forecast_input.h"
#include "headroom/accuracy/history_fleet.h"
#include "history_input.h"
#include "traces.h"

namespace headroom::cli {
namespace {

Result<Fleet> read_history(const std::filesystem::path& given, Duration step) {
  auto history = open_history(given);
  if (!history) return tl::unexpected(history.error());
  auto fleet = fleet_of_history(**history, step, shown_progress("reading the history"));
  end_progress();
  if (!fleet && fleet.error().code == ErrorCode::kInvalid)
    return invalid(fmt::format("{}: {}", given.string(), fleet.error().message));
  return fleet;
}

}  // namespace

Result<Fleet> read_fleet_or_history(const std::vector<std::filesystem::path>& traces, const std::filesystem::path& history,
                                    Duration step) {
  if (!history.empty()) return read_history(history, step);
  auto fleet = read_fleet(traces);
  if (fleet && fleet->vms.empty())
    return invalid(fmt::format("{}: holds no traces (.csv or .csv.gz)", traces.front().string()));
  return fleet;
}

}  // namespace headroom::cli
