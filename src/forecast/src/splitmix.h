// Numbers that look random, from a counter: splitmix64 of Steele, Lea and Flood (2014), "Fast splittable pseudorandom
// number generators". The stream from a seed is splitmix64(seed), splitmix64(seed + kSplitmixStep), and so on.
#pragma once

#include <cstdint>

namespace headroom {

inline constexpr std::uint64_t kSplitmixStep = 0x9e3779b97f4a7c15ULL;

inline std::uint64_t splitmix64(std::uint64_t x) {
  x += kSplitmixStep;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace headroom
