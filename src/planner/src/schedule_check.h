// The checker's part about when moves start (MoveSchedule). It shares no code with what makes schedules: the moves are written down
// anew from snapshot and plan, and played event by event (migration/check.h), as they are told, with durations up to threefold, and
// with some of them failing.
#pragma once

#include <string>
#include <vector>

#include "headroom/model/snapshot.h"

namespace headroom {

// Sentences; empty where nothing is wrong, or no move has a schedule.
std::vector<std::string> schedule_breaches(const Snapshot& snapshot, const Plan& plan);

}  // namespace headroom
