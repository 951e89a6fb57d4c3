// Simple exponential smoothing; of a few weights each series takes the one whose next-step errors have been least so far
// (absolute, summed). Every target is anchored at the level.
#pragma once

#include <array>
#include <unordered_map>

#include "point_model.h"

namespace headroom::bench {

class Smoothing final : public PointModel {
 public:
  explicit Smoothing(std::size_t targets) : targets_(targets) {}
  void points(std::span<const Past> past, std::span<float> points) override;

 private:
  static constexpr std::array<double, 7> kWeights{0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9};
  struct Levels {
    std::size_t seen = 0;  // values taken in so far
    bool begun = false;
    std::array<double, kWeights.size()> level{}, loss{};
    void take(float value);
  };
  std::size_t targets_;
  std::unordered_map<std::size_t, Levels> levels_;
};

}  // namespace headroom::bench
