#include "quiet_log.h"

#include <fmt/format.h>

namespace headroom::ingest {

void QuietLog::say(const std::string& from, std::string_view what, Instant now) {
  if (!sink_) return;
  constexpr double kPerSecond = 0.1, kBurst = 3;
  // Who is forgotten may say some more; the limit of all holds.
  if (each_.size() >= kMostKnown && !each_.contains(from)) each_.clear();
  Bucket& of = each_.try_emplace(from, kPerSecond, kBurst, now).first->second;
  if (!of.take(now) || !all_.take(now)) {
    ++left_out_;
    return;
  }
  const std::uint64_t left_out = std::exchange(left_out_, 0);
  sink_(left_out == 0 ? fmt::format("agent at {}: {}", from, what) : fmt::format("agent at {}: {} ({} more of agents were left out)", from, what, left_out));
}

}  // namespace headroom::ingest
