// The trees of one head (one horizon, value or peak). Every tree is a perfect binary tree of kTreeDepth levels whose
// leaves hold all kLevelCount quantiles at once, so one walk serves them all.
//
// A block of 64 rows goes through a tree without a branch or a gather: each node compares one byte column with its
// threshold, and the masks select the leaf number bottom-up. Leaves are 16-bit integers of `unit` and are summed as
// integers, so every instruction set gives the same answer to the last bit.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bins.h"
#include "headroom/model/band.h"

namespace headroom {

inline constexpr int kTreeDepth = 6;
inline constexpr std::size_t kTreeLeaves = 1U << kTreeDepth;
inline constexpr std::size_t kTreeNodes = kTreeLeaves - 1;

// Nodes in heap order: the children of n are 2n+1 (column <= threshold) and 2n+2. A node that does not split sends
// everything left (threshold 127).
struct TreeShape {
  std::array<std::uint16_t, kTreeNodes> column{};  // of CodeBlock
  std::array<std::int8_t, kTreeNodes> threshold;
  TreeShape() { threshold.fill(127); }
  // Splits node `n`: bins below `bin` go left.
  void split(std::size_t n, std::size_t feature, int bin, bool missing_goes_right);
};

using LeafTable = std::array<std::array<std::int16_t, kLevelCount>, kTreeLeaves>;

struct Ensemble {
  std::array<float, kLevelCount> base{};  // the quantiles before any tree, in z
  float unit = 1;                         // of a leaf's integers, in z
  std::vector<TreeShape> shapes;
  std::vector<LeafTable> leaves;
};

// The leaf of each of the 64 rows.
void find_leaves(const TreeShape& shape, const CodeBlock& block, std::array<std::uint8_t, kBlockRows>& leaf);

// z[row] = the head's quantiles in z, not yet sorted, for all 64 rows. `scratch` is reused between calls.
using BlockQuantiles = std::array<std::array<float, kLevelCount>, kBlockRows>;
using LeafNumbers = std::vector<std::array<std::uint8_t, kBlockRows>>;
void predict(const Ensemble& head, const CodeBlock& block, LeafNumbers& scratch, BlockQuantiles& z);

}  // namespace headroom
