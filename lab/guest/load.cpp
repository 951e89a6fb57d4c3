#include "load.h"

#include <algorithm>
#include <sstream>

namespace lab {

std::optional<Load> parse_load(const std::string& line) {
  std::istringstream words(line);
  Load load;
  if (!(words >> load.cpu_millicores >> load.memory_mib)) return std::nullopt;
  for (int* amount : {&load.disk_kb_per_s, &load.network_kb_per_s, &load.rewrite_kb_per_s}) {
    if (words >> std::ws; words.eof()) break;
    if (!(words >> *amount)) return std::nullopt;
  }
  if (words >> std::ws; !words.eof()) return std::nullopt;
  const auto amounts = {load.cpu_millicores, load.memory_mib, load.disk_kb_per_s, load.network_kb_per_s, load.rewrite_kb_per_s};
  return std::min(amounts) < 0 ? std::nullopt : std::optional(load);
}

std::size_t Schedule::index(std::int64_t elapsed_ms) const {
  const std::int64_t step = std::max<std::int64_t>(elapsed_ms, 0) / step_ms_;
  return static_cast<std::size_t>(std::min<std::int64_t>(step, static_cast<std::int64_t>(loads_.size()) - 1));
}

std::optional<std::int64_t> Schedule::ms_until_next(std::int64_t elapsed_ms) const {
  if (index(elapsed_ms) + 1 == loads_.size()) return std::nullopt;
  return step_ms_ - std::max<std::int64_t>(elapsed_ms, 0) % step_ms_;
}

}  // namespace lab
