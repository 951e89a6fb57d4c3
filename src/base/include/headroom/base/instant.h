// Points in time and lengths of time. Everything is UTC. Only a Clock (clock.h) knows what time it is.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom {

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

constexpr Instant instant_from_epoch_seconds(std::int64_t s) { return Instant(std::chrono::seconds(s)); }
constexpr std::int64_t epoch_seconds(Instant t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}
constexpr double hours(Duration d) { return static_cast<double>(d.count()) / 3'600'000.0; }
constexpr double minutes(Duration d) { return static_cast<double>(d.count()) / 60'000.0; }

// "2013-08-02T00:00:00Z"; milliseconds appear only where they are not zero. A time outside the years 0 to 9999, such as
// Instant::max(), is written as the nearest that can be.
std::string to_rfc3339(Instant t);

// Reads RFC 3339 in UTC ("2013-08-02T00:00:00.250Z", or the date alone) or whole seconds since 1970; from 1970 to 2200.
// Parts finer than a millisecond are dropped.
Result<Instant> parse_instant(std::string_view text);

// Reads "30s", "5m", "1h", "7d" (also "300", in seconds). Negative or beyond 100 years is an error.
Result<Duration> parse_duration(std::string_view text);

// "30s", "5m", "1h", "90m", "1d": the largest unit that is exact.
std::string to_text(Duration d);

}  // namespace headroom
