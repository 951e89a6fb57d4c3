// So many in one go, and so many a second after that. Threads: one caller at a time. Errors: none.
#pragma once

#include <algorithm>

#include "headroom/base/instant.h"

namespace headroom::ingest {

class Bucket {
 public:
  Bucket(double per_second, double burst, Instant now) : per_second_(per_second), burst_(burst), held_(burst), at_(now) {}

  bool take(Instant now) {
    fill(now);
    if (held_ < 1) return false;
    held_ -= 1;
    return true;
  }
  bool full(Instant now) {
    fill(now);
    return held_ >= burst_;
  }
  bool any(Instant now) {
    fill(now);
    return held_ >= 1;
  }

 private:
  // A clock that was set back fills nothing, and harms nothing.
  void fill(Instant now) {
    const double seconds = std::max(0.0, static_cast<double>((now - at_).count()) / 1000);
    held_ = std::min(burst_, held_ + seconds * per_second_);
    at_ = now;
  }
  double per_second_, burst_, held_;
  Instant at_;
};

}  // namespace headroom::ingest
