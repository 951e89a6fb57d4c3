#include "headroom/forecast/sorted_day.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "headroom/forecast/sorted_window.h"
#include "simd.h"

namespace headroom {
namespace {

// Floats that are not negative ascend as their bits do, read as whole numbers.
using Keys = std::array<std::int32_t, SortedDay::kMost>;
constexpr std::int32_t kLast = std::numeric_limits<std::int32_t>::max();

using Lanes = std::int32_t __attribute__((vector_size(32), may_alias, aligned(4)));

// How many keys are below each one. A comparison of lanes is -1 where it holds.
HEADROOM_CLONES
void count_below(const Keys& keys, Keys& below) {
  constexpr std::size_t kLanes = 8, kAtATime = 4 * kLanes;
  static_assert(SortedDay::kMost % kAtATime == 0);
  for (std::size_t first = 0; first < keys.size(); first += kAtATime) {
    const auto* of = reinterpret_cast<const Lanes*>(&keys[first]);
    const Lanes a = of[0], b = of[1], c = of[2], d = of[3];
    Lanes below_a{}, below_b{}, below_c{}, below_d{};
    for (std::int32_t key : keys) {
      below_a -= key < a;
      below_b -= key < b;
      below_c -= key < c;
      below_d -= key < d;
    }
    auto* to = reinterpret_cast<Lanes*>(&below[first]);
    to[0] = below_a, to[1] = below_b, to[2] = below_c, to[3] = below_d;
  }
}

}  // namespace

SortedDay::SortedDay(std::span<const float> values) {
  Keys keys, below;
  keys.fill(kLast);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool known = !std::isnan(values[i]);
    keys[i] = known ? std::bit_cast<std::int32_t>(values[i]) : kLast;
    size_ += known ? 1 : 0;
  }
  count_below(keys, below);
  Keys sorted{};
  for (std::size_t i = 0; i < values.size(); ++i) sorted[static_cast<std::size_t>(below[i])] = keys[i];
  // Equal ones all went to the first of their places.
  std::int32_t last = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    last = std::max(last, sorted[i]);
    value_[i] = std::bit_cast<float>(last);
  }
}

float SortedDay::quantile(double p) const { return quantile_of_sorted(std::span(value_).first(size_), p); }

int SortedDay::rank(float value) const {
  const auto values = std::span(value_).first(size_);
  return static_cast<int>(std::lower_bound(values.begin(), values.end(), value) - values.begin());
}

}  // namespace headroom
