#include "headroom/placement/bound.h"

#include <algorithm>
#include <vector>

#include "relaxation.h"

namespace headroom::placement {
namespace {

// What lanes cost where all hosts are one, which is all there is to know where hosts have no prices.
std::int64_t pooled_load(const Problem& p, const std::vector<std::int64_t>& need, const std::vector<std::int64_t>& safe) {
  std::int64_t bound = 0;
  for (std::size_t l = 0; l < p.lanes.size(); ++l) bound += p.lanes[l].weight * std::max<std::int64_t>(0, need[l] - safe[l]);
  return bound;
}

}  // namespace

std::int64_t lower_bound(const Problem& p) {
  return lower_bound(p, p.use_price.empty() && p.open_price.empty() ? Relaxed{} : relax(p));
}

std::int64_t lower_bound(const Problem& p, const Relaxed& relaxed) {
  const std::size_t lanes = p.lanes.size();
  std::vector<std::int64_t> need(lanes, 0), safe(lanes, 0), room(lanes, 0);
  for (std::size_t i = 0; i < p.need.size(); ++i) need[i % lanes] += p.need[i];
  for (std::size_t i = 0; i < p.safe.size(); ++i) {
    safe[i % lanes] += p.safe[i];
    room[i % lanes] += p.capacity[i];
  }
  std::int64_t bound = std::max(pooled_load(p, need, safe), relaxed.bound);
  for (const Balance& b : p.balances)
    bound += b.weight * std::max<std::int64_t>(0, b.target * (room[b.of] - need[b.of]) - (room[b.against] - need[b.against]));
  return bound;
}

double gap(std::int64_t cost, std::int64_t bound) {
  return cost == 0 ? 0 : static_cast<double>(cost - bound) / static_cast<double>(cost);
}

}  // namespace headroom::placement
