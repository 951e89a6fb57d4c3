#include "history_input.h"

#include <fmt/format.h>

#include "headroom/history/rocksdb_history.h"

namespace headroom::cli {
namespace {

bool is_history(const std::filesystem::path& place) {
  std::error_code ec;
  return std::filesystem::exists(place / "CURRENT", ec);
}

}  // namespace

// Looked for first: opening creates what is not there.
Result<std::unique_ptr<HistoryStore>> open_history(const std::filesystem::path& given) {
  std::error_code ec;
  const auto inside = given / "history";
  const auto& place = std::filesystem::is_directory(inside, ec) ? inside : given;
  if (!is_history(place))
    return fail(ErrorCode::kNotFound,
                fmt::format("{}: holds no history; name the directory given to headroomd --state", given.string()));
  return open_rocksdb_history(place);
}

Result<std::unique_ptr<HistoryStore>> open_or_create_history(const std::filesystem::path& given) {
  const bool itself = is_history(given) || given.filename() == "history";
  return open_rocksdb_history(itself ? given : given / "history");
}

}  // namespace headroom::cli
