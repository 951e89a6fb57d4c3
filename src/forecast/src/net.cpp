#include "net.h"

#include <algorithm>
#include <bit>
#include <numbers>

#include "simd.h"

namespace headroom {
namespace {

constexpr float kMostSpreads = 5;  // an input reaches no further from the average
constexpr std::array<int, NetInputs::kCyclic> kPeriods{kStepsPerHour, kStepsPerDay, 7};

// The sign of x, and log2(1 + |x|) with its curve made of straight pieces between the powers of two: the exponent and
// mantissa of the number read as one.
float log_of_amount(float x) {
  const float pieces = static_cast<float>(std::bit_cast<std::int32_t>(1 + std::fabs(x)) - 0x3f800000) * 0x1.0p-23F;
  return std::copysign(pieces, x);
}

constexpr std::size_t kRowsAtATime = 16;  // whole vectors; the rows beyond the last are whatever was there before

// Outputs from `first` up to `end` of some rows side by side, one after another; the sums stay in the nearest cache.
HEADROOM_CLONES
void pass(const NetLayer& layer, std::size_t first, std::size_t end, std::size_t rows, const float* __restrict in, float* __restrict out,
          bool ramp) {
  for (std::size_t o = first; o < end; ++o) {
    float* __restrict sum = out + o * kBlockRows;
    const float* w = &layer.weights[o * layer.inputs];
    for (std::size_t r = 0; r < rows; ++r) sum[r] = layer.bias[o];
    for (std::size_t i = 0; i < layer.inputs; i += kInputsAtATime) {
      const float* x = in + i * kBlockRows;
      const float w0 = w[i], w1 = w[i + 1], w2 = w[i + 2], w3 = w[i + 3];
      for (std::size_t r = 0; r < rows; ++r)
        sum[r] += (w0 * x[r] + w1 * x[kBlockRows + r]) + (w2 * x[2 * kBlockRows + r] + w3 * x[3 * kBlockRows + r]);
    }
    if (!ramp) continue;
    for (std::size_t r = 0; r < rows; ++r) sum[r] = squareplus(sum[r]);
  }
}

}  // namespace

NetInputs NetInputs::from_rows(std::span<const float> rows) {
  NetInputs made;
  for (std::size_t f = 0; f < kPlain; ++f) {
    double n = 0, sum = 0, squares = 0;
    for (std::size_t i = f; i < rows.size(); i += kFeatureCount) {
      if (!std::isfinite(rows[i])) continue;
      const double x = log_of_amount(rows[i]);
      n += 1, sum += x, squares += x * x;
    }
    if (n == 0) continue;
    const double mean = sum / n, variance = std::max(0.0, squares / n - mean * mean);
    made.plain[f] = {static_cast<float>(mean), static_cast<float>(1 / std::sqrt(variance + 1e-6))};
  }
  return made;
}

void NetInputs::encode(const float* row, float* out, std::size_t stride) const {
  for (std::size_t f = 0; f < kPlain; ++f) {
    const float x = (log_of_amount(row[f]) - plain[f].centre) * plain[f].per_spread;
    out[f * stride] = std::isnan(row[f]) ? 0 : std::clamp(x, -kMostSpreads, kMostSpreads);
  }
  out += kPlain * stride;
  for (std::size_t r = 0; r < kResourceCount; ++r, out += stride) *out = row[kPlain] == static_cast<float>(r) ? 1 : 0;
  for (std::size_t c = 0; c < kCyclic; ++c, out += 2 * stride) {
    const float angle = row[kPlain + 1 + c] * (2 * std::numbers::pi_v<float> / static_cast<float>(kPeriods[c]));
    out[0] = std::sin(angle), out[stride] = std::cos(angle);
  }
}

std::array<float, kLevelCount> net_quantiles(const float* outputs, std::size_t stride) {
  std::array<float, kLevelCount> q;
  q[kMedian] = outputs[kMedian * stride];
  for (std::size_t l = kMedian; l-- > 0;) q[l] = q[l + 1] - squareplus(outputs[l * stride]);
  for (std::size_t l = kMedian + 1; l < kLevelCount; ++l) q[l] = q[l - 1] + squareplus(outputs[l * stride]);
  return q;
}

void predict(const Net& net, std::span<const float> features, NetScratch& scratch,
             std::span<std::array<float, kLevelCount>> z, std::span<const std::size_t> wanted) {
  const std::size_t rows = features.size() / kFeatureCount;
  std::size_t widest = NetInputs::kCount;
  for (const NetLayer& layer : net.layers) widest = std::max(widest, layer.outputs);
  if (scratch.inputs.size() < widest * kBlockRows) scratch.inputs.resize(widest * kBlockRows), scratch.outputs.resize(widest * kBlockRows);
  for (std::size_t row = 0; row < rows; ++row) net.inputs.encode(&features[row * kFeatureCount], &scratch.inputs[row], kBlockRows);
  const std::size_t rounded = (rows + kRowsAtATime - 1) / kRowsAtATime * kRowsAtATime;
  const NetLayer& last = net.layers.back();
  for (const NetLayer& layer : net.layers) {
    if (&layer == &last) break;
    pass(layer, 0, layer.outputs, rounded, scratch.inputs.data(), scratch.outputs.data(), true);
    scratch.inputs.swap(scratch.outputs);
  }
  const auto answer = [&](std::size_t head) {
    pass(last, head * kLevelCount, (head + 1) * kLevelCount, rounded, scratch.inputs.data(), scratch.outputs.data(), false);
    for (std::size_t row = 0; row < rows; ++row)
      z[head * kBlockRows + row] = net_quantiles(&scratch.outputs[head * kLevelCount * kBlockRows + row], kBlockRows);
  };
  for (std::size_t head : wanted) answer(head);
  if (!wanted.empty()) return;
  for (std::size_t head = 0; head < last.outputs / kLevelCount; ++head) answer(head);
}

}  // namespace headroom
