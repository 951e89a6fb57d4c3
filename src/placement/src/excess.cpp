#include "excess.h"

#include <algorithm>
#include <cmath>

#include "magnitude.h"

namespace headroom::placement {
namespace {

constexpr double kMostRise = 1000;  // times the first price
constexpr double kHighest = 2e9;  // of 32 bits

}  // namespace

void Excess::start(const Layout& layout, double item_scale) {
  const Problem& p = layout.problem;
  const std::size_t lanes = p.lanes.size();
  on_ = true;
  total_ = 0;
  first_ = Rows(1, layout.width);
  double dearest = 1;  // all hosts over by as much as they may be (soft_limits.inl)
  for (std::size_t l = 0; l < lanes; ++l) {
    double need = 0;
    for (std::size_t i = 0; i < p.items; ++i) need += static_cast<double>(p.need[i * lanes + l]);
    // All lanes' limits count alike if the mean need of each over its limit costs the same; a lane with a high weight is wanted
    // more. Between the two is their geometric mean.
    const double even = item_scale * static_cast<double>(p.items) / static_cast<double>(lanes) / std::max(1.0, need);
    const double weight = p.lanes[l].weight == 0 ? even : static_cast<double>(p.lanes[l].weight);
    first_[0][l] = static_cast<std::int32_t>(std::clamp(std::sqrt(even * weight) * kUnit, 1.0, kHighest / kMostRise));
    for (std::size_t h = 0; h < layout.hosts; ++h) dearest += static_cast<double>(first_[0][l]) * layout.limit[h][l];
  }
  most_rise_ = std::clamp(kMostCost / dearest, 1.0, kMostRise);
  price_ = Rows(layout.hosts, layout.width);
  for (std::size_t h = 0; h < layout.hosts; ++h) std::copy_n(first_[0], layout.width, price_[h]);
}

void Excess::harden(const Layout& layout, const Rows& room, double rise, double fall) {
  total_ = 0;
  for (std::size_t h = 0; h < layout.hosts; ++h) {
    for (std::size_t l = 0; l < layout.width; ++l) {
      std::int32_t& price = price_[h][l];
      const double first = first_[0][l], most = first * most_rise_;
      const double next = room[h][l] < 0 ? std::min(most, price * rise + 1) : std::max(first, price * fall);
      price = static_cast<std::int32_t>(next);
    }
    count(static_cast<std::int32_t>(h), room[h]);
  }
}

std::int64_t Excess::of(std::int32_t host, const std::int32_t* room) const {
  const std::int32_t* price = price_[static_cast<std::size_t>(host)];
  std::int64_t sum = 0;
  for (std::size_t l = 0; l < price_.width(); ++l) sum += static_cast<std::int64_t>(price[l]) * std::max(0, -room[l]);
  return sum;
}

}  // namespace headroom::placement
