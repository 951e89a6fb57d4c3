// What makers of problems draw: the same numbers on every machine.
#pragma once

#include "../../src/random.h"

namespace headroom::placement_testing {

class Chance {
 public:
  Chance(std::uint64_t seed, std::uint64_t phase, std::uint64_t worker) : stream_(seed, phase, worker) {}

  std::int32_t below(std::size_t n) {
    return placement::Stream::below(static_cast<std::uint32_t>(stream_.next() >> 32), static_cast<std::uint32_t>(n));
  }
  double unit() { return static_cast<double>(stream_.next() >> 11) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  double normal() {
    double sum = -6;  // Irwin-Hall: the same bits with every mathematics library
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }

 private:
  placement::Stream stream_;
};

}  // namespace headroom::placement_testing
