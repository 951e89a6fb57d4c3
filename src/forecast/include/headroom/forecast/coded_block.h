// Sixteen steps of a series that are no longer among its newest, in 24 bytes: the lowest and the highest value as they
// were, and where each step lies between them, in a byte. The share of the way up is the square of the byte's, since
// loads sit low with spikes above: what is low in its block is kept to a 65,000th of the block's range, nothing worse
// than to a 250th of it. So an exact zero stays one, a calm block stays calm however high its level, and the error
// counts in the variation of that hour.
//
// Units: those of the values, which are not negative; NaN: missing. Threads: a plain value. Errors: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace headroom {

inline constexpr int kBlockSteps = 16;

// How much of the lowest and of the highest value a byte stands for. 0: missing; 1: the lowest; 255: the highest.
struct BlockCode {
  static constexpr int kMissing = 0, kLowest = 1, kHighest = 255;
  struct Shares {
    float of_low = __builtin_nanf(""), of_high = __builtin_nanf("");
  };
  static constexpr std::array<Shares, kHighest + 1> table() {
    std::array<Shares, kHighest + 1> shares{};
    for (int code = kLowest; code <= kHighest; ++code) {
      const double way = static_cast<double>(code - kLowest) / (kHighest - kLowest);
      shares[static_cast<std::size_t>(code)] = {static_cast<float>(1 - way * way), static_cast<float>(way * way)};
    }
    return shares;
  }
};
inline constexpr std::array<BlockCode::Shares, BlockCode::kHighest + 1> kBlockShares = BlockCode::table();

class CodedBlock {
 public:
  using Values = std::array<float, kBlockSteps>;

  CodedBlock() = default;  // all missing
  explicit CodedBlock(const Values& values);

  // Of all known steps, exactly as they were; -infinity and +infinity when there is none.
  float highest() const { return high_; }
  float lowest() const { return low_; }
  // Of the steps first..last, both included.
  float highest(int first, int last) const;
  float lowest(int first, int last) const;

  float at(int step) const { return value(code_[static_cast<std::size_t>(step)]); }
  // Steps first..last as at() tells them.
  void read(int first, int last, float* out) const {
    for (int i = first; i <= last; ++i) *out++ = at(i);
  }

 private:
  static constexpr float kInfinity = std::numeric_limits<float>::infinity();
  float value(std::size_t code) const {
    const BlockCode::Shares& shares = kBlockShares[code];
    return low_ * shares.of_low + high_ * shares.of_high;  // both ends exactly
  }

  float low_ = kInfinity, high_ = -kInfinity;
  std::array<std::uint8_t, kBlockSteps> code_{};
};

}  // namespace headroom
