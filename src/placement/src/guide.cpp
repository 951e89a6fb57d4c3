#include "guide.h"

#include <bit>
#include <cmath>

namespace headroom::placement {
namespace {

constexpr int kMostBits = 62, kMostShift = 44;
constexpr double kSteepness = 8;  // of the guide against chance, where it begins to count for less

}  // namespace

Guide::Guide(const Layout& layout) {
  if (!layout.priced) return;
  fill_.assign(layout.hosts, 0);
  full_ = layout.full;
  const std::int64_t dearest = *std::max_element(layout.open_price.begin(), layout.open_price.end());
  shift_ = std::min(kMostShift, kMostBits - static_cast<int>(std::bit_width(static_cast<std::uint64_t>(dearest))));
  for (std::size_t h = 0; h < layout.hosts; ++h) {
    // At most open_price << shift when multiplied by full * full, which fits.
    const double squared = std::pow(static_cast<double>(full_[h]), 2);
    usual_ += 2 * static_cast<double>(layout.open_price[h]) / static_cast<double>(full_[h]) / static_cast<double>(layout.hosts);
    factor_.push_back(static_cast<std::int64_t>(std::ldexp(static_cast<double>(layout.open_price[h]), shift_) / squared));
  }
  double size = 0;
  for (std::int64_t s : layout.size) size += static_cast<double>(s) / static_cast<double>(layout.items);
  usual_ *= size;
}

double Guide::strength(double temperature) const {
  return usual_ <= 0 ? 0 : std::min(1.0, std::sqrt(kSteepness * temperature / usual_));
}

}  // namespace headroom::placement
