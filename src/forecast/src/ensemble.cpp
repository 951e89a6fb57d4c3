#include "ensemble.h"

#include <algorithm>

#include "simd.h"

namespace headroom {
namespace {

// Sixty-four rows side by side, in plain loops: g++ 12 lowers a 64-byte vector type to single bytes inside target
// clones, but vectorises these loops for each clone's own width.
struct alignas(64) Bytes64 {
  std::array<std::int8_t, kBlockRows> at;
};
using Leaf16 = std::int16_t __attribute__((vector_size(16), may_alias, aligned(2)));
using Sum32 = std::int32_t __attribute__((vector_size(32)));
using Quantiles32 = float __attribute__((vector_size(32), may_alias, aligned(4)));

// The leaf number below node N, counted within its subtree, for each row: where the node's mask is set the right
// child's number plus the leaves of the left one. Depth first, so that few vectors are alive at once.
template <std::size_t N, int Depth>
[[gnu::always_inline]] inline void walk(const TreeShape& shape, const CodeBlock& block, Bytes64& number) {
  const std::int8_t* column = block.column[shape.column[N]].data();
  const std::int8_t threshold = shape.threshold[N];
  constexpr auto kStep = static_cast<std::int8_t>(1 << (kTreeDepth - 1 - Depth));
  if constexpr (Depth + 1 == kTreeDepth) {
    for (std::size_t i = 0; i < kBlockRows; ++i) number.at[i] = column[i] > threshold ? kStep : 0;
  } else {
    Bytes64 left, right;
    walk<2 * N + 1, Depth + 1>(shape, block, left);
    walk<2 * N + 2, Depth + 1>(shape, block, right);
    // By masks: g++ 12 makes branches of a choice between two loads where the processor has no masked ones (AVX2, SSE2).
    for (std::size_t i = 0; i < kBlockRows; ++i) {
      const std::int8_t goes_right = column[i] > threshold ? -1 : 0;
      number.at[i] = static_cast<std::int8_t>((goes_right & (right.at[i] | kStep)) | (~goes_right & left.at[i]));
    }
  }
}

}  // namespace

void TreeShape::split(std::size_t n, std::size_t feature, int bin, bool missing_goes_right) {
  column[n] = static_cast<std::uint16_t>(2 * feature + (missing_goes_right ? 1 : 0));
  threshold[n] = static_cast<std::int8_t>(bin - 1 - 127);
}

HEADROOM_CLONES
void find_leaves(const TreeShape& shape, const CodeBlock& block, std::array<std::uint8_t, kBlockRows>& leaf) {
  Bytes64 number;
  walk<0, 0>(shape, block, number);
  __builtin_memcpy(leaf.data(), number.at.data(), kBlockRows);
}

// Some trees at a time for all rows: their leaf tables stay in the nearest cache.
HEADROOM_CLONES
static void sum_leaves(const Ensemble& head, const LeafNumbers& numbers, BlockQuantiles& z) {
  constexpr std::size_t kTreesAtATime = 16;
  std::array<Sum32, kBlockRows> sums{};
  const std::size_t trees = head.shapes.size();
  for (std::size_t first = 0; first < trees; first += kTreesAtATime) {
    const std::size_t end = std::min(trees, first + kTreesAtATime);
    for (std::size_t row = 0; row < kBlockRows; ++row) {
      Sum32 sum = sums[row];
      for (std::size_t t = first; t < end; ++t) {
        const auto& leaf = *reinterpret_cast<const Leaf16*>(head.leaves[t][numbers[t][row]].data());
        sum += __builtin_convertvector(leaf, Sum32);
      }
      sums[row] = sum;
    }
  }
  Quantiles32 base;
  __builtin_memcpy(&base, head.base.data(), sizeof(base));
  for (std::size_t row = 0; row < kBlockRows; ++row) {
    const Quantiles32 scaled = __builtin_convertvector(sums[row], Quantiles32) * head.unit;
    *reinterpret_cast<Quantiles32*>(z[row].data()) = base + scaled;
  }
}

void predict(const Ensemble& head, const CodeBlock& block, LeafNumbers& scratch, BlockQuantiles& z) {
  if (scratch.size() < head.shapes.size()) scratch.resize(head.shapes.size());
  for (std::size_t t = 0; t < head.shapes.size(); ++t) find_leaves(head.shapes[t], block, scratch[t]);
  sum_leaves(head, scratch, z);
}

}  // namespace headroom
