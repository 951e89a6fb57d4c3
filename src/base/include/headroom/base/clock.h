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

// CLOCK_BOOTTIME: rises from the system's boot on, a suspended system's time included, and no one sets it. What a guest tells its
// manager is stamped with it.
class BootClock {
 public:
  virtual ~BootClock() = default;
  virtual std::chrono::nanoseconds since_boot() const = 0;  // thread-safe
};

class SystemBootClock final : public BootClock {
 public:
  std::chrono::nanoseconds since_boot() const override;
};

class ManualBootClock final : public BootClock {
 public:
  explicit ManualBootClock(std::chrono::nanoseconds start) : now_ns_(start.count()) {}
  std::chrono::nanoseconds since_boot() const override { return std::chrono::nanoseconds(now_ns_.load(std::memory_order_acquire)); }
  void set(std::chrono::nanoseconds t) { now_ns_.store(t.count(), std::memory_order_release); }

 private:
  std::atomic<std::int64_t> now_ns_;
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
