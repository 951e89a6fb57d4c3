#include "bins.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

constexpr int kCodeOfFirstBin = -127;

Bins::Cuts cuts_of(std::vector<float>& values) {
  Bins::Cuts cuts;
  cuts.fill(__builtin_inff());
  if (values.empty()) return cuts;
  std::sort(values.begin(), values.end());
  std::size_t used = 0;
  for (std::size_t i = 1; i <= kMaxCuts; ++i) {
    const float cut = values[i * (values.size() - 1) / (kMaxCuts + 1)];
    // A cut at the lowest value would leave the bin below it empty.
    if (cut > values.front() && (used == 0 || cut > cuts[used - 1])) cuts[used++] = cut;
  }
  if (used < kMaxCuts && values.back() > values.front() && (used == 0 || values.back() > cuts[used - 1]))
    cuts[used++] = values.back();
  return cuts;
}

}  // namespace

Bins Bins::from_rows(std::span<const float> rows) {
  Bins bins;
  std::vector<float> values;
  for (std::size_t f = 0; f < kFeatureCount; ++f) {
    values.clear();
    for (std::size_t i = f; i < rows.size(); i += kFeatureCount)
      if (std::isfinite(rows[i])) values.push_back(rows[i]);
    bins.cuts_[f] = cuts_of(values);
  }
  return bins;
}

// Branch-free binary search over the 127 cuts.
int Bins::bin(std::size_t feature, float value) const {
  if (std::isnan(value)) return kMissingBin;
  const float* cuts = cuts_[feature].data();
  int place = 0;
  for (int stride = 64; stride > 0; stride /= 2) place += cuts[place + stride - 1] <= value ? stride : 0;
  return place;
}

void Bins::encode_bin(int bin, std::size_t feature, std::size_t row, CodeBlock& block) {
  const bool missing = bin == kMissingBin;
  block.column[2 * feature][row] = static_cast<std::int8_t>(missing ? -128 : bin + kCodeOfFirstBin);
  block.column[2 * feature + 1][row] = static_cast<std::int8_t>(missing ? 127 : bin + kCodeOfFirstBin);
}

void Bins::encode(const float* rows, std::size_t count, CodeBlock& block) const {
  for (std::size_t row = 0; row < count; ++row)
    for (std::size_t f = 0; f < kFeatureCount; ++f)
      encode_bin(bin(f, rows[row * kFeatureCount + f]), f, row, block);
}

}  // namespace headroom
