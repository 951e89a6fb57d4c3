// What the inner loops of all instruction sets share.
#pragma once

#include <array>
#include <cstdint>

namespace headroom::placement {

inline constexpr int kWindow = 16;          // hosts or neighbours tried for one item, side by side in memory
inline constexpr int kAlikeWindow = 8;      // partners tried for one item that need much the same, side by side in their order
inline constexpr int kAwayDraws = 8;        // items drawn, at most, to find one that is away
inline constexpr std::uint32_t kOusted = 24;  // items of a host looked at when one has to leave
inline constexpr std::int32_t kPlaces = 64;   // hosts looked at for it
inline constexpr std::uint64_t kGroupOdds = 64;  // of 1024 rounds that make no chain, where items have to be close
inline constexpr int kDrainable = 4;          // hosts of which the worst value for money is drained
inline constexpr std::size_t kMinusLogs = 4096;
extern const std::array<double, kMinusLogs> kMinusLog;  // -ln(u) at the middles of equal parts of (0, 1)

}  // namespace headroom::placement
