// Room on hosts. Rows are of Problem::lanes numbers. Who takes room waits for those who left it (pool.h); only hosts that somebody
// leaves or comes to have pools, the others are a row of numbers.
#pragma once

#include "headroom/migration/problem.h"
#include "pool.h"

namespace headroom::migration {

class Rooms {
 public:
  // `free`: hosts x lanes, at the beginning; less than nothing where a host is overfull.
  Rooms(const Problem& problem, std::vector<std::int64_t> free)
      : lanes_(problem.lanes), free_(std::move(free)), pools_of_(problem.hosts.size(), -1) {}

  bool fit(std::int32_t host, const std::int64_t* row) const { return lacking(host, row) < 0; }
  std::int32_t lacking(std::int32_t host, const std::int64_t* row) const;  // the first lane without room; -1: none
  std::int64_t free(std::int32_t host, std::size_t lane) const { return free_[at(host) + lane]; }
  void take(std::int32_t host, const std::int64_t* row, Waits& waits);
  void give(std::int32_t host, const std::int64_t* row, std::int32_t leg);

 private:
  std::size_t at(std::int32_t host) const { return static_cast<std::size_t>(host) * lanes_; }
  Pool* pools(std::int32_t host);

  std::size_t lanes_;
  std::vector<std::int64_t> free_;
  std::vector<std::int32_t> pools_of_;          // hosts: which row of pools; -1: none yet
  std::vector<std::vector<Pool>> pools_;
};

// What is left of capacities by what stands on hosts.
std::vector<std::int64_t> free_at_first(const Problem& problem);

}  // namespace headroom::migration
