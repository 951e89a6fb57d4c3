#include "alike.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <span>

namespace headroom::placement {
namespace {

constexpr double kSlight = 0.1;  // of the dearest lane: what a lane counts for at least, since hosts may be short of it

class Tree {
 public:
  explicit Tree(const Problem& p) : p_(p), worth_(p.lanes.size()) {
    std::vector<double> needs(worth_.size(), 1);
    for (std::size_t at = 0; at < p.need.size(); ++at) needs[at % needs.size()] += static_cast<double>(p.need[at]);
    double dearest = 1;
    for (std::size_t l = 0; l < worth_.size(); ++l) dearest = std::max(dearest, needs[l] * static_cast<double>(p.lanes[l].weight));
    for (std::size_t l = 0; l < worth_.size(); ++l)
      worth_[l] = std::max(static_cast<double>(p.lanes[l].weight), kSlight * dearest / needs[l]);
  }

  void order(std::span<std::int32_t> items) const {
    std::vector<std::span<std::int32_t>> parts{items};
    while (!parts.empty()) {
      const std::span<std::int32_t> part = parts.back();
      parts.pop_back();
      const std::size_t lane = widest(part);
      const auto middle = part.size() / 2;
      // By item where they are equal, so that what is in a half, and in the end the order, is the problem's alone.
      std::nth_element(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(middle), part.end(), [&](std::int32_t a, std::int32_t b) {
        const double one = value(a, lane), other = value(b, lane);
        return one != other ? one < other : a < b;
      });
      if (part.size() < 3) continue;
      parts.push_back(part.first(middle));
      parts.push_back(part.subspan(middle));
    }
  }

 private:
  double value(std::int32_t item, std::size_t lane) const {
    return worth_[lane] * static_cast<double>(p_.need[static_cast<std::size_t>(item) * worth_.size() + lane]);
  }

  std::size_t widest(std::span<const std::int32_t> items) const {
    std::size_t found = 0;
    double width = -1;
    for (std::size_t l = 0; l < worth_.size(); ++l) {
      double low = std::numeric_limits<double>::max(), high = 0;
      for (std::int32_t item : items) {
        low = std::min(low, value(item, l));
        high = std::max(high, value(item, l));
      }
      if (high - low <= width) continue;
      width = high - low;
      found = l;
    }
    return found;
  }

  const Problem& p_;
  std::vector<double> worth_;
};

}  // namespace

Alike::Alike(const Problem& p) : order_(p.items), place_(p.items) {
  std::iota(order_.begin(), order_.end(), 0);
  if (p.items > 1) Tree(p).order(order_);
  for (std::size_t at = 0; at < p.items; ++at) place_[static_cast<std::size_t>(order_[at])] = static_cast<std::int32_t>(at);
  const auto farthest = static_cast<std::uint32_t>(std::bit_width(p.items));
  reaches_ = farthest > kNearest + 1 ? farthest - kNearest - 1 : 1;
}

}  // namespace headroom::placement
