// A sample as it is kept: integers, so that deltas are exact and compress. Shared checks of what may come in.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/history/store.h"

namespace headroom::history {

inline constexpr std::size_t kMaxUuidLength = 255;
inline constexpr std::size_t kMaxSamplesPerCall = 1 << 20;

struct StoredSample {
  std::int64_t at_ms = 0;                               // since 1970
  std::array<std::int64_t, kResourceCount> used{};      // 1/1000 of a base unit
  std::array<std::uint16_t, kResourceCount> stalled{};  // 1/1000
  bool guest_statistics = true;
  bool operator==(const StoredSample&) const = default;
};

StoredSample to_stored(const Sample& sample);
Sample to_sample(const StoredSample& stored);

// kInvalid, naming the VM and the field, for the first of `samples` that the contract in store.h rejects.
Result<void> check_samples(std::span<const HistorySample> samples);
Result<void> check_marks(std::span<const HistoryMark> marks);

// Ascending by time; of several for one instant the last given stays.
void sort_and_unite(std::vector<StoredSample>& samples);

// Text of a UUID made safe to print: it may be any bytes.
std::string shown(std::string_view uuid);

}  // namespace headroom::history
