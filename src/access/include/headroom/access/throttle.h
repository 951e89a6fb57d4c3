// How many failures somebody may have: a few at once, and one more every so often. Who has used them up is blocked until then.
//
// Memory: at most kMostPeers are remembered; a new one takes the place of the one with the oldest failure. An IPv6 peer is its
// /64, of which a single machine has every address. Threads: any. Errors: none.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "headroom/base/instant.h"

namespace headroom::access {

struct ThrottleLimits {
  int at_once = 5;
  Duration each = std::chrono::seconds(10);   // until one more is allowed
};

class Throttle {
 public:
  static constexpr std::size_t kMostPeers = 4096;

  explicit Throttle(ThrottleLimits limits = {}) : limits_(limits) {}

  // How long `peer`, an IP address or any other name, is to wait; zero: it is not blocked.
  Duration blocked_for(std::string_view peer, Instant now);
  void note_failure(std::string_view peer, Instant now);
  std::size_t remembered() const;

 private:
  struct Failures {
    double left = 0;       // of limits_.at_once
    Instant at;            // when `left` was so much
  };
  double left_of(const Failures& f, Instant now) const;
  void forget_oldest();

  ThrottleLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Failures, std::less<>> peers_;
};

}  // namespace headroom::access
