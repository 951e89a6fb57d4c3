#include "headroom/forecast/coded_block.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

constexpr int kMissing = BlockCode::kMissing, kLowest = BlockCode::kLowest, kHighest = BlockCode::kHighest;

}  // namespace

CodedBlock::CodedBlock(const Values& values) {
  for (float x : values) {
    if (std::isnan(x)) continue;
    low_ = std::min(low_, x);
    high_ = std::max(high_, x);
  }
  constexpr float kTop = kHighest - kLowest;
  const float range = high_ - low_;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const float way = range > 0 ? kTop * std::sqrt((values[i] - low_) / range) : 0;
    // Only what is the lowest counts as the lowest: the share of zeros is a feature.
    const float least = values[i] > low_ ? 1 : 0;
    code_[i] = static_cast<std::uint8_t>(kLowest + static_cast<int>(std::clamp(std::round(way), least, kTop)));
  }
}

// Codes ascend with the values.
float CodedBlock::highest(int first, int last) const {
  if (last - first == kBlockSteps - 1) return high_;
  int best = kMissing;
  for (int i = first; i <= last; ++i) best = std::max<int>(best, code_[static_cast<std::size_t>(i)]);
  return best == kMissing ? -kInfinity : value(static_cast<std::size_t>(best));
}

float CodedBlock::lowest(int first, int last) const {
  if (last - first == kBlockSteps - 1) return low_;
  int best = kHighest + 1;
  for (int i = first; i <= last; ++i) {
    const int code = code_[static_cast<std::size_t>(i)];
    best = code != kMissing ? std::min(best, code) : best;
  }
  return best > kHighest ? kInfinity : value(static_cast<std::size_t>(best));
}

}  // namespace headroom
