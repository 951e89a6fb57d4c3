// How long to wait before the next try: twice as long each time, by chance between half of it and all, so that agents that lost their
// manager together do not come back together. Threads: one.
#pragma once

#include <chrono>
#include <random>

namespace headroom::agent {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most, std::uint64_t seed) : first_(first), most_(most), next_(first), random_(seed) {}

  std::chrono::milliseconds next() {
    const std::chrono::milliseconds all = next_;
    next_ = std::min(next_ * 2, most_);
    return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(all.count() / 2, all.count())(random_));
  }
  void reset() { next_ = first_; }
  void at_least(std::chrono::milliseconds wait) { next_ = std::max(next_, std::min(wait, most_)); }

 private:
  std::chrono::milliseconds first_, most_, next_;
  std::minstd_rand random_;
};

}  // namespace headroom::agent
