// The four resources Headroom manages, and an amount of each. Shapes and units: cpu in millicores of the reference
// speed, memory in bytes, disk (read + write) and network (receive + transmit) in bytes per second.
//
// To add a resource: extend Resource, kResourceCount and the table in resources.cpp; what loops over kAllResources
// (forecast, planner, report) follows by itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/quantity.h"

namespace headroom {

enum class Resource : std::uint8_t { kCpu, kMemory, kDisk, kNetwork };
inline constexpr std::size_t kResourceCount = 4;
inline constexpr std::array<Resource, kResourceCount> kAllResources{Resource::kCpu, Resource::kMemory,
                                                                    Resource::kDisk, Resource::kNetwork};
constexpr std::size_t index(Resource r) { return static_cast<std::size_t>(r); }

// "cpu", "memory", "disk", "network".
std::string_view name(Resource r);
// Accepts the names above and the short forms "mem" and "net".
std::optional<Resource> parse_resource(std::string_view text);
// "1.5 cores", "2.25 GiB", "3.1 MB/s": for people, three significant digits.
std::string to_text(Resource r, double amount);
// `first` without its unit where `second` ends with the same: "0.5" of "0.5 cores" and "1.25 cores".
std::string without_shared_unit(std::string first, std::string_view second);

// An amount of every resource, in base units. A plain value; comparable; arithmetic is per resource.
class Resources {
 public:
  constexpr Resources() = default;
  constexpr explicit Resources(MilliCores cpu, Bytes memory = {}, BytesPerSecond disk = {}, BytesPerSecond network = {})
      : amount_{cpu.count(), memory.count(), disk.count(), network.count()} {}

  constexpr MilliCores cpu() const { return MilliCores(amount_[0]); }
  constexpr Bytes memory() const { return Bytes(amount_[1]); }
  constexpr BytesPerSecond disk() const { return BytesPerSecond(amount_[2]); }
  constexpr BytesPerSecond network() const { return BytesPerSecond(amount_[3]); }

  constexpr std::int64_t operator[](Resource r) const { return amount_[index(r)]; }
  constexpr std::int64_t& operator[](Resource r) { return amount_[index(r)]; }

  constexpr bool operator==(const Resources&) const = default;
  constexpr Resources& operator+=(const Resources& o) {
    for (Resource r : kAllResources) amount_[index(r)] += o[r];
    return *this;
  }
  constexpr Resources& operator-=(const Resources& o) {
    for (Resource r : kAllResources) amount_[index(r)] -= o[r];
    return *this;
  }
  friend constexpr Resources operator+(Resources a, const Resources& b) { return a += b; }
  friend constexpr Resources operator-(Resources a, const Resources& b) { return a -= b; }
  // True when every amount is at most that of `room`.
  constexpr bool fits_in(const Resources& room) const {
    for (Resource r : kAllResources)
      if (amount_[index(r)] > room[r]) return false;
    return true;
  }

 private:
  std::array<std::int64_t, kResourceCount> amount_{};
};

}  // namespace headroom
