// Judges schedules; shares no code with what makes them, the formulas of estimate.h and correction.h apart.
//
//   check(problem, schedule, learnt)             // empty: the schedule is sound, if all goes as told
//   replay(problem, schedule, outcomes).breaches // empty: and it stays so with these outcomes
//
// Threads: pure functions. The problem has to be valid (validate()).
#pragma once

#include <string>

#include "headroom/migration/schedule.h"

namespace headroom::migration {

// What becomes of a leg once it is begun.
struct Outcome {
  Duration takes{};
  bool succeeds = true;  // false: after that time its item is still where it was, and only there
};
std::vector<Outcome> as_told(const Schedule& schedule);  // a leg each

struct Replay {
  // States that must not be: a host over its capacity (unless it was from the beginning and nobody came), a link or a limit
  // passed, two on one host that must be apart, an item that is not where its leg starts.
  std::vector<std::string> breaches;
  std::vector<std::optional<Duration>> started;  // legs; nothing: not begun
  std::vector<std::int32_t> on;                  // items, in the end
  Duration over{};                               // the last end
};

// Begins each leg as soon as schedule.h allows, and looks at every state that comes about.
Replay replay(const Problem& problem, const Schedule& schedule, const std::vector<Outcome>& outcomes);

// Replays it as told; and: every move is refused or carried out, by one leg or by two over an allowed host; legs start, end, send
// and stand still as the formulas say; none is over after its breach with less than 95 % certainty; none that has not its links to
// itself sends a tenth more bytes for it; what is refused could indeed not go. Sentences; empty: all is well.
std::vector<std::string> check(const Problem& problem, const Schedule& schedule, const Correction& learnt = {});

}  // namespace headroom::migration
