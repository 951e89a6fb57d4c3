// How large the numbers of a Problem may be. Counts on a host are kept in 32 bits, and a difference of two of them must fit
// as well; costs are kept in 64 bits and summed freely.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headroom::placement {

inline constexpr std::size_t kMostLanes = 32;                     // resources and balances together
inline constexpr std::int64_t kMostHeld = (1 << 30) - 1;          // of one lane: a capacity, a need; twice that is on a host at most
inline constexpr std::int64_t kMostCount = (1 << 29) - 1;         // other counts; what a balance comes to
inline constexpr std::int64_t kMostWeight = (1LL << 31) - 1;      // one factor of a 32 x 32 bit product
inline constexpr std::int64_t kMostTarget = 1 << 20;
inline constexpr std::int64_t kMostPrice = 1LL << 52;
inline constexpr std::int64_t kMostRiskFactor = 1 << 22;          // z^2 of 64, times 2^kRiskShift
inline constexpr double kMostCost = 2e18;                         // 2^61 and a little
inline constexpr std::size_t kMostIndex = 10'000'000;

}  // namespace headroom::placement
