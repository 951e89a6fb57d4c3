#include "naive_errors.h"

#include <algorithm>

namespace headroom {

ScoredQuantiles NaiveErrors::at(std::int64_t origin, const Truth& truth, ScoredTarget target) {
  if (next_ < 0) next_ = std::max(truth.first(), origin - target.steps - kStepsPerWeek + 1);
  for (; next_ <= origin - target.steps; ++next_)
    errors_.push(static_cast<float>(truth.target(next_, target) - truth.at(next_)));
  ScoredQuantiles q;
  q.fill(truth.at(origin));
  if (!errors_.enough()) return q;
  for (std::size_t l = 0; l < kScoredCount; ++l)
    q[l] = std::max(0.0, q[l] + static_cast<double>(errors_.quantile(kScoredLevels[l])));
  return q;
}

}  // namespace headroom
