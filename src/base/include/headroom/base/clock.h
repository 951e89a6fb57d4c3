// The only source of the present. The daemon owns a SystemClock; tests and the simulator own a ManualClock and move
// it themselves. Nothing else in the tree calls now() (tests/tidy enforces it).
#pragma once

#include <atomic>

#include "headroom/base/instant.h"

namespace headroom {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;  // thread-safe
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : now_ms_(start.time_since_epoch().count()) {}
  Instant now() const override { return Instant(Duration(now_ms_.load(std::memory_order_acquire))); }
  void set(Instant t) { now_ms_.store(t.time_since_epoch().count(), std::memory_order_release); }

 private:
  std::atomic<std::int64_t> now_ms_;
};

// How long something took. For figures in reports, and for a time limit that a person gave a command; nothing else that is
// decided may depend on it.
class Stopwatch {
 public:
  Stopwatch();
  double seconds() const;

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace headroom
