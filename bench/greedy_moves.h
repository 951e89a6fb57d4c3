// What the migration schedule is measured against: the moves in the order of the list, each as soon as its destination has room and
// neither of its hosts is in another migration, at the full rate of its links. No detours; a move that could only start too late
// for its breach, or never finds room, is not made. So do managers that hand their plan to the hypervisor move by move.
#pragma once

#include "headroom/migration/correction.h"
#include "headroom/migration/problem.h"

namespace headroom::bench {

struct GreedyMoves {
  Duration makespan{};
  std::size_t refused = 0;
};
GreedyMoves move_greedily(const migration::Problem& problem, const migration::Correction& learnt);

}  // namespace headroom::bench
