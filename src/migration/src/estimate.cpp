#include "headroom/migration/estimate.h"

#include <algorithm>
#include <cmath>

namespace headroom::migration {
namespace {

constexpr double kLongestSeconds = 3.2e9;  // a century, so that no sum of durations passes 64 bits of milliseconds

Duration rounded_up(double seconds) {
  return Duration(static_cast<std::int64_t>(std::ceil(1000 * std::min(seconds, kLongestSeconds))));
}

}  // namespace

Estimate estimate(const Payload& payload, BytesPerSecond bandwidth, const PreCopy& how) {
  Estimate out;
  if (bandwidth.count() <= 0) return out;
  const double per_second = static_cast<double>(bandwidth.count()), memory = static_cast<double>(payload.memory.count());
  const double limit = static_cast<double>(how.downtime_limit.count()) / 1000;
  double left = memory, sent = 0, seconds = 0;
  do {
    const double round = left / per_second;
    sent += left;
    seconds += round;
    left = std::min(memory, payload.dirty.within(round));
    ++out.rounds;
  } while (left / per_second > limit && out.rounds < how.most_rounds);
  out.converges = left / per_second <= limit;
  out.bytes = Bytes(static_cast<std::int64_t>(std::ceil(sent + left)));
  out.downtime = how.switch_over + rounded_up(left / per_second);
  out.duration = how.setup + rounded_up(seconds) + out.downtime;
  return out;
}

}  // namespace headroom::migration
