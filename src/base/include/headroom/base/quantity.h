// Strong units. A Quantity<Unit> is a signed 64-bit count of one unit; adding MilliCores to Bytes does not
// compile, and neither does passing a bare number. Plain double is for the inside of numeric kernels.
#pragma once

#include <compare>
#include <cstdint>

namespace headroom {

template <class Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t count) : count_(count) {}
  constexpr std::int64_t count() const { return count_; }
  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator-() const { return Quantity(-count_); }
  constexpr Quantity& operator+=(Quantity other) { count_ += other.count_; return *this; }
  constexpr Quantity& operator-=(Quantity other) { count_ -= other.count_; return *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, std::int64_t times) { return Quantity(a.count_ * times); }

 private:
  std::int64_t count_ = 0;
};

using MilliCores = Quantity<struct MilliCoresUnit>;          // 1000 = one core of the reference speed
using Bytes = Quantity<struct BytesUnit>;                    // memory, storage
using BytesPerSecond = Quantity<struct BytesPerSecondUnit>;  // disk and network throughput

constexpr MilliCores operator""_cores(unsigned long long n) { return MilliCores(static_cast<std::int64_t>(n) * 1000); }
constexpr MilliCores operator""_mcores(unsigned long long n) { return MilliCores(static_cast<std::int64_t>(n)); }
constexpr Bytes operator""_KiB(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n) << 10); }
constexpr Bytes operator""_MiB(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n) << 20); }
constexpr Bytes operator""_GiB(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n) << 30); }
constexpr BytesPerSecond operator""_MBps(unsigned long long n) {
  return BytesPerSecond(static_cast<std::int64_t>(n) * 1'000'000);
}

}  // namespace headroom
