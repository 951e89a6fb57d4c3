// Numbers by counting: the n-th of a stream depends on nothing but the stream's key and n, so that what one worker draws
// does not depend on the others. The mixer is that of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
#pragma once

#include <cstdint>

namespace headroom::placement {

class Stream {
 public:
  Stream() = default;
  Stream(std::uint64_t seed, std::uint64_t phase, std::uint64_t worker)
      : at_(mix(mix(mix(seed + kStep) ^ (phase + 1)) ^ (worker + 0x51ed27f3))) {}

  std::uint64_t next() { return mix(at_ += kStep); }
  // 0 to n-1 from 32 random bits; n at most 2^31.
  static std::int32_t below(std::uint32_t bits, std::uint32_t n) {
    return static_cast<std::int32_t>(static_cast<std::uint64_t>(bits) * n >> 32);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  std::uint64_t at_ = 0;
};

}  // namespace headroom::placement
