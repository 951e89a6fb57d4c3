#include "naive_errors.h"

#include <algorithm>

namespace headroom {

void NaiveErrors::push(float error) {
  if (ring_.empty()) ring_.resize(kWindow);
  float& old = ring_[static_cast<std::size_t>(pushed_ % kWindow)];
  if (pushed_ >= kWindow && !std::isnan(old)) sorted_.erase(old);
  old = error;
  if (!std::isnan(error)) sorted_.insert(error);
  ++pushed_;
}

ScoredQuantiles NaiveErrors::at(std::int64_t origin, const Truth& truth, ScoredTarget target) {
  if (next_ < 0) next_ = std::max(truth.first(), origin - target.steps - kWindow + 1);
  for (; next_ <= origin - target.steps; ++next_)
    push(static_cast<float>(truth.target(next_, target) - truth.at(next_)));
  ScoredQuantiles q;
  q.fill(truth.at(origin));
  if (sorted_.size() < kFewest) return q;
  for (std::size_t l = 0; l < kScoredCount; ++l)
    q[l] = std::max(0.0, q[l] + static_cast<double>(sorted_.quantile(kScoredLevels[l])));
  return q;
}

}  // namespace headroom
