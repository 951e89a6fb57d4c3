// Moves that wait for one another in a ring, and the detours that break the rings.
#pragma once

#include "world.h"

namespace headroom::migration {

// Waiting trips that will never find a place where they want to go, even if everybody else who can does go first. Optimistic: who
// shares the room that others leave is not looked at, so the rest may be stuck as well in the end.
std::vector<std::int32_t> stuck(const World& world);

// The waiting trips that stand where this one wants to go, and whose leaving would help: they leave room in a lane that lacks it, or
// must not be met.
std::vector<std::int32_t> blockers(const World& world, const Trip& trip);
// Those of them whose leaving alone makes the room; all, if there is none such.
std::vector<std::int32_t> best_blockers(const World& world, const Trip& trip);

struct Detour {
  std::size_t trip = 0;
  std::int32_t via = 0;
};

// For each ring (strongly connected component of who waits for whom) of these waiting trips one of them: that with the fewest bytes
// for which a host has room and a link now. A ring may need more than one; ask again later. `barred`: moves that must not.
std::vector<Detour> detours(const World& world, Duration now, const std::vector<std::int32_t>& among, const std::vector<bool>& barred);

}  // namespace headroom::migration
