// When, by our clock, something happened that a guest tells the time of by its own (CLOCK_BOOTTIME).
//
// What arrives was later by its way here than when it was made, never earlier, so that the least difference heard lately is the
// best. It is forgotten after two windows: a guest that was suspended or moved has another one from then on. A smaller difference
// counts at once.
//
// Units: boottime in nanoseconds. Threads: one caller at a time. Errors: none.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "headroom/base/instant.h"

namespace headroom::ingest {

class ClockMap {
 public:
  static constexpr Duration kWindow = std::chrono::minutes(1);

  // Something was told at `now` to be at `boottime_ns`. What was waiting to be told is of no harm.
  void hear(std::uint64_t boottime_ns, Instant now) {
    const std::int64_t difference = now.time_since_epoch().count() - ms(boottime_ns);
    if (now - begun_ > kWindow || now < begun_) {
      former_ = now - begun_ > 2 * kWindow ? kNone : newest_;
      newest_ = kNone;
      begun_ = now;
    }
    newest_ = std::min(newest_, difference);
  }
  Instant at(std::uint64_t boottime_ns) const { return Instant(Duration(std::min(former_, newest_) + ms(boottime_ns))); }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max() / 2;   // a time can be added to it
  static std::int64_t ms(std::uint64_t boottime_ns) { return static_cast<std::int64_t>(boottime_ns / 1'000'000); }

  std::int64_t former_ = kNone, newest_ = kNone;   // differences, ms
  Instant begun_{};
};

}  // namespace headroom::ingest
