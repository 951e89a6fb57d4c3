// The ways between hosts: each host's link out and in, the shared uplinks of locations, and the limits on how many migrations run
// at once. All of it is handed on from leg to leg (pool.h).
#pragma once

#include <array>

#include "headroom/migration/problem.h"
#include "pool.h"

namespace headroom::migration {

struct Path {
  std::array<std::size_t, 4> link{};
  std::size_t count = 0;

  const std::size_t* begin() const { return link.data(); }
  const std::size_t* end() const { return link.data() + count; }
};

class Roads {
 public:
  explicit Roads(const Problem& problem);

  std::size_t links() const { return capacity_.size(); }
  Path path(std::int32_t from, std::int32_t to) const;
  std::int64_t capacity(std::size_t link) const { return capacity_[link]; }  // bytes per second
  std::int64_t full(const Path& path) const;                                 // of the narrowest link, nobody else being on it
  std::int64_t free(const Path& path) const;
  std::int64_t free(std::size_t link) const { return bandwidth_[link].free(); }
  bool uplinks() const { return capacity_.size() > 2 * hosts_.size(); }

  // How many more may leave, come, or run in the fleet.
  std::int64_t may_leave(std::int32_t host) const { return leaving_[static_cast<std::size_t>(host)].free(); }
  std::int64_t may_come(std::int32_t host) const { return coming_[static_cast<std::size_t>(host)].free(); }
  std::int64_t may_run() const { return running_.free(); }

  void take(std::int32_t from, std::int32_t to, std::int64_t bandwidth, Waits& waits);
  void give(std::int32_t from, std::int32_t to, std::int64_t bandwidth, std::int32_t leg);

 private:
  const std::vector<Host>& hosts_;
  Limits limits_;
  std::vector<std::int64_t> capacity_;    // links: out and in of each host, then of each location
  std::vector<Pool> bandwidth_;           // links
  std::vector<Pool> leaving_, coming_;    // hosts
  Pool running_;
};

}  // namespace headroom::migration
