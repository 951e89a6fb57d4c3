// A Problem laid out for the search: needs, weights and limits as rows of 32-bit lanes. Balances become lanes as well. With
// A = capacity - use, max(0, t*A1 - A2) = max(0, (use2 - t*use1) - (capacity2 - t*capacity1)): the need of an item in that lane
// is need2 - t*need1, and the host's safe limit capacity2 - t*capacity1. So all cost of a host is one formula,
// sum over lanes of weight * max(0, use - safe). So does what the start has above a capacity, where that may stay at a price: a
// lane that is over its capacity somewhere gets a second one whose safe limit is the capacity.
//
// Constant once made; many searches may share it. The Problem must outlive it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "alike.h"
#include "headroom/placement/problem.h"
#include "relaxation.h"
#include "relations.h"
#include "rows.h"
#include "within.h"

namespace headroom::placement {

struct Layout {
  static constexpr std::size_t kNoLane = static_cast<std::size_t>(-1);

  enum class Use : std::uint8_t {
    kSearch,  // hosts that are overfull at the start, where that is allowed (Problem::breach_price), pay for it and never get fuller
    kPool,    // they take nobody until they have room, and pay nothing; there is no guide for annealing, which takes time to make
  };

  explicit Layout(const Problem& problem, Use use = Use::kSearch);  // a valid one

  // What it costs that an item is on a host, for having moved there.
  std::int64_t price(std::int32_t item, std::int32_t host) const {
    const std::int32_t from = home[item];
    const std::int64_t far = distance == nullptr ? 0 : distance_weight * distance[static_cast<std::size_t>(from) * hosts + host];
    return from == host ? far : far + away_price[item];
  }

  // A need of every lane, as a row of `width`.
  void write_need(std::span<const std::int64_t> lanes, std::int32_t* row) const;

  const Problem& problem;
  Use use = Use::kSearch;
  std::size_t hosts, items, width = 0;
  bool transient = false;         // some lane is
  bool priced = false;            // hosts have prices of use or of being open; without, the next four tables are empty
  Rows use_price;                 // hosts
  std::vector<std::int64_t> open_price;  // hosts
  Relaxed relaxed;                // of a search, what no assignment costs less than, and the prices of lanes there
  // Items, hosts: how much room one takes and the other has, in one number. A lane counts by its price in the relaxed problem
  // (relaxation.h), which is where it is scarce, and a little where it is not; the largest host has about 2^16.
  std::vector<std::int64_t> size, full;
  std::size_t fit_lane = kNoLane;  // of equally cheap hosts the one with the least room here is taken; none: the first
  Rows need;                      // items
  Rows limit;                     // hosts: capacity, or what is there at the start if more; derived lanes: the largest number
  Rows safe;                      // hosts
  Rows weight;                    // one row
  Rows charged;                   // what a host's room is charged for: row 0 all lanes (-1), row 1 those that are not transient
  Alike alike;                    // items; only for a search
  std::vector<std::int32_t> home;
  std::vector<std::int64_t> away_price;
  std::vector<std::uint8_t> bound;  // items: some constraint of groups is about it
  Within within;
  Relations relations;
  const std::int32_t* distance = nullptr;
  std::int64_t distance_weight = 0;

 private:
  void price_hosts();
  void measure();
};

}  // namespace headroom::placement
