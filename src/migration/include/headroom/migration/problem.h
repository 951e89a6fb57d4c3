// Live migrations to be put in order, in plain numbers: hosts with room and links, what stands on them, and who has to go where.
// The schedule (schedule.h) and its judge (check.h) know nothing else: no hypervisor, no forecast. Whoever has a plan writes it
// down as a Problem.
//
// Units of lanes are the caller's, one lane one unit, as in placement/problem.h. Tables are flat, row by row:
// need[item * lanes + lane]. Times are counted from the beginning of the schedule. What is under way already is written down as
// room and bandwidth that are not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "headroom/migration/estimate.h"

namespace headroom::migration {

inline constexpr std::int32_t kAnyHost = -1;

struct Host {
  std::uint32_t id = 0;       // the caller's number, under which durations are learnt (correction.h)
  BytesPerSecond in, out;     // what migrations may use of its network; nothing: none can come, or go
  std::int32_t location = 0;
};

struct Move {
  std::int32_t item = 0, to = 0;
  Payload payload;
  std::optional<Duration> breach{};      // when it has to be over, with 95 % certainty; none: any time
  std::int64_t importance = 1;           // what not moving costs, in the caller's unit: decides who is refused if not all can be in time
  std::int32_t detour_set = kAnyHost;    // the set of hosts it may stand on for a while on its way; kAnyHost: all
};

// Migrations at once; 0: no limit. The defaults are the actuator's.
struct Limits {
  int out_of_host = 2, into_host = 2, in_fleet = 8;
};

struct Problem {
  std::size_t lanes = 0;

  // Of hosts. One may be overfull at the beginning; nobody comes to it in that lane before it no longer is.
  std::vector<Host> hosts;
  std::vector<std::int64_t> capacity;                 // hosts x lanes
  std::vector<BytesPerSecond> uplinks;                // locations, each way; migrations between two use both. Empty: not shared
  std::vector<std::vector<std::int32_t>> host_sets;

  // Of items: all that stand on the hosts, those that stay too.
  std::vector<std::int32_t> on;                       // items: host
  std::vector<std::int64_t> need;                     // items x lanes
  std::vector<std::vector<std::int32_t>> apart;       // no two items of a set on one host, in transit neither

  std::vector<Move> moves;                            // at most one an item
  std::vector<std::int64_t> need_there;               // moves x lanes: from the first step on; empty: as where they are
  PreCopy how;
  Limits limits;
};

// kInvalid, naming the table and the entry, when a table has the wrong shape, an entry is out of range, an item has two moves or
// one to where it is, or a sum could overflow.
Result<void> validate(const Problem& problem);

}  // namespace headroom::migration
