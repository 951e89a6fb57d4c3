// Migrations made from a seed. Equal settings give an equal problem on every machine.
//
// How one is made: items of 1 to 64 GiB stand on random hosts. Some of those that move form rings (each goes where the next one
// is), the others go to random hosts. A host holds the more of what is on it before and after, and `slack` of that: with none,
// hosts are full and room appears only when somebody has left. `hot` hosts hold only what is on them afterwards, so they start
// overfull. Spares are empty hosts nobody goes to. All can go in the end, `apart` sets included, unless `clash` or `busy` say
// otherwise; whether there is a way there is another matter.
#pragma once

#include "headroom/migration/problem.h"

namespace headroom::migration_testing {

struct Making {
  std::uint64_t seed = 1;
  std::size_t hosts = 200, spares = 4, items = 4000, moves = 1000, lanes = 12;
  double slack = 0.25;        // of the higher of both loads
  double hot = 0;             // share of hosts
  double ringed = 0.2;        // share of moves
  std::size_t apart = 200;    // sets, at most
  double clash = 0;           // share of moves that end beside one they must not meet
  double busy = 0;            // share of guests that dirty memory faster than a link sends it
  double breaches = 0;        // share of moves
  Duration last_breach = std::chrono::minutes(30);  // breaches are spread evenly from the beginning to here
  std::vector<std::int64_t> nic_mbps{1250};         // each host has one of these, in MB/s each way
  std::size_t locations = 1;
  std::int64_t uplink_mbps = 0;                     // 0: not shared
  double other_need = 0;      // share of moves that bring another allocation
  migration::Limits limits{2, 2, 0};
};

// A rebalancing of a fleet: 1,000 moves between 200 hosts with 10 Gbit/s. The defaults.
inline Making fleet(std::uint64_t seed) { return {.seed = seed}; }
// A small one of any shape, by the seed: everything occurs.
Making wild(std::uint64_t seed);

migration::Problem make_moves(const Making& making);  // valid

}  // namespace headroom::migration_testing
