#include "smoothing.h"

#include <algorithm>
#include <cmath>

namespace headroom::bench {

void Smoothing::Levels::take(float value) {
  ++seen;
  if (std::isnan(value)) return;
  if (!begun) level.fill(value);
  begun = true;
  for (std::size_t w = 0; w < kWeights.size(); ++w) {
    const double error = value - level[w];
    loss[w] += std::fabs(error);
    level[w] += kWeights[w] * error;
  }
}

void Smoothing::points(std::span<const Past> past, std::span<float> points) {
  for (std::size_t i = 0; i < past.size(); ++i) {
    Levels& levels = levels_[past[i].series];
    while (levels.seen < past[i].values.size()) levels.take(past[i].values[levels.seen]);
    const auto best = std::min_element(levels.loss.begin(), levels.loss.end()) - levels.loss.begin();
    const float level = levels.begun ? static_cast<float>(levels.level[static_cast<std::size_t>(best)]) : std::nanf("");
    std::fill_n(points.begin() + static_cast<std::ptrdiff_t>(i * targets_), targets_, level);
  }
}

}  // namespace headroom::bench
