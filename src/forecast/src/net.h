// A small net that answers for all heads and levels at once: features are encoded, pass through some layers of
// squareplus units, and come out as quantiles that cannot cross: the median, and for each other level a positive step
// away from it.
//
// Only sums, products and square roots that are not fused, rows side by side, so that instruction sets answer alike
// (but for the C library's sines of the clock). Squareplus, (x + sqrt(x^2 + 1)) / 2, is the smooth ramp of Barron (2021), "Squareplus: a softplus-like algebraic rectifier".
#pragma once

#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "ensemble.h"

namespace headroom {

inline constexpr std::size_t kInputsAtATime = 4;  // of a layer; their number is a multiple of it

// What the net sees of a feature vector: amounts on a logarithmic scale, centred and scaled by what the training rows
// were like; a resource as one of four; hours and days as points on circles. What is missing is the average.
class NetInputs {
 public:
  static constexpr std::size_t kCyclic = 3;                         // step of the hour, of the day, weekday
  static constexpr std::size_t kPlain = kFeatureCount - 1 - kCyclic;  // all before the resource
  static constexpr std::size_t kCount = kPlain + kResourceCount + 2 * kCyclic;
  static_assert(kCount % kInputsAtATime == 0, "a layer takes whole groups of inputs; a constant zero would fill one up");

  // From rows of kFeatureCount floats each.
  static NetInputs from_rows(std::span<const float> rows);
  // One row into `out`, each input `stride` floats after the one before.
  void encode(const float* row, float* out, std::size_t stride) const;

  struct Plain {
    float centre = 0, per_spread = 1;
  };
  std::array<Plain, kPlain> plain{};
};

// Weights by output: outputs x inputs.
struct NetLayer {
  std::size_t inputs = 0, outputs = 0;
  std::vector<float> weights, bias;
};

struct Net {
  NetInputs inputs;
  std::vector<NetLayer> layers;  // the last one's outputs are kLevelCount a head
  bool empty() const { return layers.empty(); }
};

inline float squareplus(float x) { return 0.5F * (x + std::sqrt(x * x + 1)); }

inline constexpr std::size_t kMedian = 1;  // in kLevels; one level lies below it
static_assert(kLevels[kMedian] == 0.5);

// The quantiles of one head from its outputs; `stride` floats from one output to the next.
std::array<float, kLevelCount> net_quantiles(const float* outputs, std::size_t stride);

struct NetScratch {
  std::vector<float> inputs, outputs;  // of a layer: units x kBlockRows
};

// z[head * kBlockRows + row] = the quantiles of up to kBlockRows rows of kFeatureCount features, for the heads wanted
// (none named: for all). `scratch` is reused.
void predict(const Net& net, std::span<const float> features, NetScratch& scratch,
             std::span<std::array<float, kLevelCount>> z, std::span<const std::size_t> wanted = {});

}  // namespace headroom
