// A placement problem in plain numbers: items that need room, hosts that have it, what must hold, and what costs. The
// engine (solve.h) knows nothing else: not files, not hypervisors, not forecasts. Whoever has a fleet writes it down as a
// Problem, a lane for each resource and horizon.
//
// Units are the caller's: a lane may count bytes, millicores or a quantile of either, as long as one lane has one unit.
// Costs are whole numbers too, of any one unit (say, millionths of a dollar an hour), so that sums are exact and equal on
// every machine.
//
// Tables are flat, row by row: need[item * lanes + lane], capacity[host * lanes + lane].
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::placement {

using Assignment = std::vector<std::int32_t>;  // item -> host

inline constexpr std::int32_t kNoGroup = -1;

// One resource at one horizon.
struct Lane {
  bool transient = false;    // an item that leaves its home keeps its room there until the moves are over
  std::int64_t weight = 0;   // cost of a unit of use above a host's `safe`
};

// The cost of room that cannot be used: weight * max(0, target * free[of] - free[against]) on each host.
struct Balance {
  std::size_t of = 0, against = 0;  // lanes
  std::int64_t target = 0, weight = 0;
};

// Items that belong together in some way: a service, an application.
struct Group {
  bool apart = false;                // never two of them on one host
  std::int32_t least_locations = 0;  // they occupy at least so many locations
  std::vector<std::int32_t> near;    // wherever a member is, each of these groups has one in the same neighbourhood
};

struct Problem {
  std::size_t hosts = 0, items = 0;
  std::vector<Lane> lanes;
  std::vector<Balance> balances;
  std::vector<Group> groups;

  // Of hosts.
  std::vector<std::int64_t> capacity;         // hosts x lanes: never exceeded
  std::vector<std::int64_t> safe;             // hosts x lanes: use above it costs
  std::vector<std::int32_t> location;         // hosts; from 0
  std::vector<std::int32_t> neighbourhood;    // hosts; from 0

  // Of items.
  std::vector<std::int64_t> need;             // items x lanes
  std::vector<std::int32_t> group;            // items; kNoGroup: of none
  std::vector<std::int32_t> home;             // items: where each is now
  std::vector<std::int64_t> away_price;       // items: cost of being anywhere but at home

  // Cost of moving from one host to another, times distance_weight; hosts x hosts, or empty: none.
  std::vector<std::int32_t> distance;
  std::int64_t distance_weight = 0;
  // Cost of the highest number of items of one group that are away from home.
  std::int64_t group_away_weight = 0;
};

// The engine counts what is on a host in 32 bits and money in 64. kInvalid, naming the table and the entry, when a table
// has the wrong shape, an entry is out of range, or a sum could overflow; nothing is read beyond its end after an ok.
Result<void> validate(const Problem& problem);

}  // namespace headroom::placement
