// Feature values as small whole numbers: each feature is cut into at most 128 bins at quantiles of the training rows.
// Trees compare bin numbers, so a feature costs a byte and 16 to 64 rows are compared at once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "headroom/forecast/features.h"

namespace headroom {

inline constexpr std::size_t kBlockRows = 64;
inline constexpr std::size_t kMaxCuts = 127;
inline constexpr int kMissingBin = -1;

// One column of bin codes a feature, twice: where it is missing the first copy holds the lowest code and the second the
// highest, so "missing goes left" and "missing goes right" are ordinary comparisons.
struct alignas(64) CodeBlock {
  std::array<std::array<std::int8_t, kBlockRows>, 2 * kFeatureCount> column{};
};

class Bins {
 public:
  Bins() { for (auto& cuts : cuts_) cuts.fill(__builtin_inff()); }
  // From rows of kFeatureCount floats each.
  static Bins from_rows(std::span<const float> rows);

  // 0..127, or kMissingBin.
  int bin(std::size_t feature, float value) const;
  // Rows beyond count keep what the block held before.
  void encode(const float* rows, std::size_t count, CodeBlock& block) const;
  static void encode_bin(int bin, std::size_t feature, std::size_t row, CodeBlock& block);

  using Cuts = std::array<float, kMaxCuts>;  // ascending, padded with infinity; bin = number of cuts <= value
  const std::array<Cuts, kFeatureCount>& cuts() const { return cuts_; }
  std::array<Cuts, kFeatureCount>& cuts() { return cuts_; }

 private:
  std::array<Cuts, kFeatureCount> cuts_;
};

}  // namespace headroom
