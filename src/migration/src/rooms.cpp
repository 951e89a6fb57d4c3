#include "rooms.h"

namespace headroom::migration {

std::int32_t Rooms::lacking(std::int32_t host, const std::int64_t* row) const {
  const std::int64_t* free = free_.data() + at(host);
  for (std::size_t l = 0; l < lanes_; ++l)
    if (row[l] > 0 && row[l] > free[l]) return static_cast<std::int32_t>(l);
  return -1;
}

Pool* Rooms::pools(std::int32_t host) {
  std::int32_t& row = pools_of_[static_cast<std::size_t>(host)];
  if (row < 0) {
    row = static_cast<std::int32_t>(pools_.size());
    std::vector<Pool>& pools = pools_.emplace_back();
    for (std::size_t l = 0; l < lanes_; ++l) pools.emplace_back(free(host, l));
  }
  return pools_[static_cast<std::size_t>(row)].data();
}

void Rooms::take(std::int32_t host, const std::int64_t* row, Waits& waits) {
  Pool* const pool = pools(host);
  for (std::size_t l = 0; l < lanes_; ++l) {
    pool[l].take(row[l], waits);
    free_[at(host) + l] -= row[l];
  }
}

void Rooms::give(std::int32_t host, const std::int64_t* row, std::int32_t leg) {
  Pool* const pool = pools(host);
  for (std::size_t l = 0; l < lanes_; ++l) {
    pool[l].give(row[l], leg);
    free_[at(host) + l] += row[l];
  }
}

std::vector<std::int64_t> free_at_first(const Problem& p) {
  std::vector<std::int64_t> left = p.capacity;
  for (std::size_t i = 0; i < p.on.size(); ++i)
    for (std::size_t l = 0; l < p.lanes; ++l) left[static_cast<std::size_t>(p.on[i]) * p.lanes + l] -= p.need[i * p.lanes + l];
  return left;
}

}  // namespace headroom::migration
