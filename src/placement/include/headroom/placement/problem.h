// A placement problem in plain numbers: items that need room, hosts that have it, what must hold, and what costs. The
// engine (solve.h) knows nothing else: not files, not hypervisors, not forecasts. Whoever has a fleet writes it down as a
// Problem, a lane for each resource and horizon.
//
// Units are the caller's: a lane may count bytes, millicores or a quantile of either, as long as one lane has one unit.
// Costs are whole numbers too, of any one unit (say, millionths of a dollar an hour), so that sums are exact and equal on
// every machine.
//
// Tables are flat, row by row: need[item * lanes + lane], capacity[host * lanes + lane]. A table that is left empty asks for
// nothing.
//
// What is hard holds in every answer; what is soft has a price. Breaches are counted in members (or items) that would have to
// go elsewhere to mend them, so that prices of different constraints compare and each step of mending shows. A fleet is often
// broken before anybody plans: with a `breach_price`, solve() starts from a home that breaks what is hard, adds no breach that
// was not there, and pays for those that stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::placement {

using Assignment = std::vector<std::int32_t>;  // item -> host

inline constexpr std::int32_t kNoGroup = -1;
inline constexpr std::int32_t kAnywhere = -1;

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

// Items that belong together in some way: a service, an application. `apart` and `least_locations` are the short form of a
// hard relation among all of its items: apart on hosts, and spread over locations.
struct Group {
  bool apart = false;                // never two of them on one host
  std::int32_t least_locations = 0;  // they occupy at least so many locations
  std::vector<std::int32_t> near;    // wherever a member is, each of these groups has one in the same neighbourhood
};

// Some of the hosts: bit h % 64 of word h / 64; (hosts + 63) / 64 words.
using HostSet = std::vector<std::uint64_t>;

// An item would rather be in a set; what it costs elsewhere. An item may have several.
struct Wish {
  std::int32_t item = 0, set = 0;
  std::int64_t price = 0;
};

// How some items want to be placed among each other, in places of a scope. An item may be in several.
//
//   breach, in members that would have to go elsewhere
//   apart   no two in one place             members - places they are in
//   close   all in one place                members - the most in one place
//   spread  in at least `least` places      places that are missing
//
// Linear in members and not in pairs: what an operator pays is then "so much for every VM in the wrong place", and three that
// share a host are mended in two steps that each gain the same.
struct Relation {
  enum class Kind : std::uint8_t { kApart, kClose, kSpread };
  enum class Scope : std::uint8_t { kHost, kLocation, kNeighbourhood };

  Kind kind = Kind::kApart;
  Scope scope = Scope::kHost;
  std::vector<std::int32_t> members;  // items, each once
  std::int32_t least = 0;             // of spread
  std::int64_t price = 0;             // of one member's breach; 0: hard
};

// A resource at a horizon whose need is uncertain. Means add up, deviations only where they come from a shared cause:
//   margin = z sqrt((1 - rho) * sum variance + rho * (sum deviation)^2),   and a host fits when sum mean + margin <= capacity,
// or when all its items together cannot need more than capacity.
// With z from the normal distribution that is P(need of all on the host > capacity) <= 1 - Phi(z). Counted in whole numbers:
//   (capacity - mean)^2 * 2^kRiskShift >= own * variance + shared * deviation^2.
struct Risk {
  std::int64_t own = 0, shared = 0;   // z^2 (1 - rho) and z^2 rho, times 2^kRiskShift
  std::int64_t weight = 0;            // cost of a unit of mean + margin above capacity; 0: hard
};
inline constexpr int kRiskShift = 16;
// The nearest Risk; z from 0 to 8, rho from 0 to 1.
Risk risk_of(double z, double rho, std::int64_t weight = 0);

// What an item may need of a resource whose need is uncertain under a Risk.
struct RiskNeed {
  std::int64_t mean = 0, variance = 0, deviation = 0;
  std::int64_t most = 0;  // where Problem::risk_most is given
};

struct Problem {
  std::size_t hosts = 0, items = 0;
  std::vector<Lane> lanes;
  std::vector<Balance> balances;
  std::vector<Group> groups;
  std::vector<HostSet> host_sets;
  std::vector<Wish> wishes;
  std::vector<Relation> relations;
  std::vector<Risk> risks;

  // Of hosts.
  std::vector<std::int64_t> capacity;         // hosts x lanes: never exceeded
  std::vector<std::int64_t> safe;             // hosts x lanes: use above it costs
  std::vector<std::int32_t> location;         // hosts; from 0
  std::vector<std::int32_t> neighbourhood;    // hosts; from 0
  std::vector<std::int64_t> risk_capacity;    // hosts x risks
  // What hosts cost, in any of these tables or none (empty):
  std::vector<std::int64_t> use_price;        // hosts x lanes: each unit of use, from the first
  std::vector<std::int64_t> open_price;       // hosts: anything being there at all

  // Of items.
  std::vector<std::int64_t> need;             // items x lanes
  std::vector<std::int32_t> group;            // items; kNoGroup: of none
  std::vector<std::int32_t> home;             // items: where each is now
  std::vector<std::int64_t> away_price;       // items: cost of being anywhere but at home
  std::vector<std::int32_t> within;           // items: the host set each has to be in, or kAnywhere
  std::vector<std::int64_t> risk_mean, risk_variance, risk_deviation;  // items x risks
  std::vector<std::int64_t> risk_most;        // items x risks: what an item can need at the very most

  // Cost of moving from one host to another, times distance_weight; hosts x hosts, or empty: none.
  std::vector<std::int32_t> distance;
  std::int64_t distance_weight = 0;
  // Cost of the highest number of items of one group that are away from home.
  std::int64_t group_away_weight = 0;
  // 0: a start that breaks something hard is refused. Else what a breach that was there at the start costs as long as it stays:
  // per item outside of its set, per member of a relation's breach, and for each unit above a capacity
  // max(1, breach_price / the mean need of an item in that lane). A host that is overfull at the start never gets fuller;
  // who breaks `apart` at home may share a place with the same items only; a relation's breach never grows. What `near` says
  // costs nothing where the start breaks it.
  std::int64_t breach_price = 0;
};

// The engine counts what is on a host in 32 bits and money in 64. kInvalid, naming the table and the entry, when a table
// has the wrong shape, an entry is out of range, or a sum could overflow; nothing is read beyond its end after an ok.
Result<void> validate(const Problem& problem);

}  // namespace headroom::placement
