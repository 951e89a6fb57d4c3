#include "headroom/forecast/error_window.h"

#include <algorithm>
#include <cmath>

namespace headroom {

void ErrorWindow::push(float error) {
  float& old = ring_[static_cast<std::size_t>(pushed_ % kStepsPerWeek)];
  if (pushed_ >= kStepsPerWeek && !std::isnan(old)) sorted_.erase(old);
  old = error;
  if (!std::isnan(error)) sorted_.insert(error);
  ++pushed_;
}

Band ErrorWindow::around(double anchor, double cap) const {
  Band band = Band::certain(anchor);
  if (enough())
    for (std::size_t i = 0; i < kLevelCount; ++i)
      band.at[i] = static_cast<float>(anchor) + sorted_.quantile(kLevels[i]);
  for (float& q : band.at) q = std::clamp(q, 0.0F, static_cast<float>(cap));
  return band;
}

}  // namespace headroom
