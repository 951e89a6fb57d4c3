#include "fleet_input.h"

#include <fmt/format.h>

#include "forecast_input.h"
#include "headroom/accuracy/history_fleet.h"
#include "headroom/history/rocksdb_history.h"
#include "traces.h"

namespace headroom::cli {
namespace {

// Looked for first: opening creates what is not there.
Result<Fleet> read_history(const std::filesystem::path& given, Duration step) {
  std::error_code ec;
  const auto inside = given / "history";
  const auto& place = std::filesystem::is_directory(inside, ec) ? inside : given;
  if (!std::filesystem::exists(place / "CURRENT", ec))
    return fail(ErrorCode::kNotFound,
                fmt::format("{}: holds no history; name the directory given to headroomd --state", given.string()));
  auto history = open_rocksdb_history(place);
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
