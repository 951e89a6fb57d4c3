// The agent's own use of CPU, so that it never makes an overloaded guest worse: above 1 % of a core over ten samples it samples half as
// often, again and again up to 60 s; below a quarter of that it comes back. Pure; times are given. Threads: one.
#pragma once

#include <algorithm>
#include <chrono>

namespace headroom::agent {

class SelfLimit {
 public:
  // After each sample: CPU used since the start, and now. Both rise.
  void sampled(std::chrono::nanoseconds cpu, std::chrono::nanoseconds now) {
    if (++samples_ < kLook) return;
    const double share = static_cast<double>((cpu - cpu_).count()) / static_cast<double>(std::max<std::int64_t>((now - since_).count(), 1));
    if (since_.count() > 0 && share > kMostShare) stretch_ = std::min(stretch_ * 2, kMostStretch);
    else if (share < kMostShare / 4) stretch_ = std::max(stretch_ / 2, 1);
    samples_ = 0;
    cpu_ = cpu;
    since_ = now;
  }
  std::chrono::milliseconds stretched(std::chrono::milliseconds interval) const {
    return std::max(interval, std::min(interval * stretch_, std::chrono::milliseconds(60'000)));
  }
  bool stretching() const { return stretch_ > 1; }

 private:
  static constexpr int kLook = 10, kMostStretch = 64;
  static constexpr double kMostShare = 0.01;
  int samples_ = 0, stretch_ = 1;
  std::chrono::nanoseconds cpu_{}, since_{};
};

}  // namespace headroom::agent
