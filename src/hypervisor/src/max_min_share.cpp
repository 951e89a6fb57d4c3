#include "max_min_share.h"

#include <algorithm>
#include <numeric>

namespace headroom {

void max_min_share(double capacity, std::vector<Claim>& claims) {
  // Progressive filling: those whose want per weight is smallest are satisfied first.
  std::vector<std::size_t> order(claims.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto level = [&](std::size_t i) { return claims[i].wanted / std::max(claims[i].weight, 1e-9); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return level(a) < level(b); });
  double weight = 0;
  for (const Claim& c : claims) weight += std::max(c.weight, 1e-9);
  for (std::size_t i : order) {
    Claim& c = claims[i];
    const double share = std::max(c.weight, 1e-9);
    c.granted = std::min(c.wanted, capacity * share / weight);
    capacity -= c.granted;
    weight -= share;
  }
}

}  // namespace headroom
