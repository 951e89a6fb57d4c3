// The errors of "it stays as it is" over the last seven days, for one target of one series, and their quantiles.
#pragma once

#include <cstdint>
#include <vector>

#include "headroom/model/band.h"
#include "rows.h"

namespace headroom {

inline constexpr std::size_t kPastSteps = 4096;  // a week of origins and a week of horizon; a power of two

// Values by step number modulo kPastSteps, NaN where missing.
struct PastValues {
  std::vector<float> ring = std::vector<float>(kPastSteps, __builtin_nanf(""));
  std::int64_t pushed = 0;
  float at(std::int64_t step) const { return ring[static_cast<std::size_t>(step) & (kPastSteps - 1)]; }
  void push(float value) { ring[static_cast<std::size_t>(pushed++) & (kPastSteps - 1)] = value; }
};

class Residuals {
 public:
  explicit Residuals(Head head) : head_(head) {}

  // Brings the quantiles up to date where they are older than two hours; errors whose truth is not yet in `past` wait.
  void renew(const PastValues& past);
  std::size_t known() const { return sorted_.size(); }
  const std::array<float, kLevelCount>& quantiles() const { return quantiles_; }

 private:
  void collect(const PastValues& past, std::int64_t from, std::int64_t to);

  Head head_;
  std::int64_t begin_ = 0, end_ = 0;  // origins whose errors are in sorted_
  std::int64_t renewed_at_ = -1;
  std::vector<float> sorted_;
  std::vector<float> by_origin_;  // ring of a week, NaN where unknown
  std::array<float, kLevelCount> quantiles_{};
};

}  // namespace headroom
