// When the moves of a plan start (migration/schedule.h). What the ladder wants to move is written down as a problem of the schedule,
// together with the moves that are under way, and is taken into the plan only if the schedule has it, and all that were taken before
// it, over in time.
//
// The draft gives a move its room on both ends at once, so here nobody waits for room and nobody needs a detour: links, limits and
// breaches decide. Only hosts with moves are in the problem, so a plan's schedule costs what its moves are, not what its fleet is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "draft.h"
#include "headroom/migration/schedule.h"

namespace headroom {

class Timetable {
 public:
  struct Wanted {
    std::size_t vm = 0, to = 0;
    Resources after;
    std::optional<Duration> breach{};  // it has to be over by then; none: any time
    double usd_per_hour = 0;           // what not moving it costs
  };
  struct Refusal {
    bool too_late = false;             // else it cannot move there at all
    std::string why;                   // "a move to h2 may take 40 s, and its limit is likely passed in 30 s"
  };

  explicit Timetable(const Draft& draft);

  // Takes all of them or none. They may be in the draft already, or not yet.
  std::optional<Refusal> take(const Draft& draft, const std::vector<Wanted>& moves);
  // Says in the draft's moves when they start.
  void write(Draft& draft) const;

 private:
  struct UnderWay {
    std::size_t vm = 0, to = 0;
    Resources after;
    BytesPerSecond bandwidth;
    Duration left{};                   // until it is probably over
  };
  class Writer;
  Refusal told(const Draft& draft, const std::vector<Wanted>& all, std::size_t fresh, const migration::Refusal& refusal) const;
  bool is_under_way(std::int32_t move) const { return static_cast<std::size_t>(move) < under_way_.size(); }

  migration::Correction learnt_;
  std::vector<UnderWay> under_way_;    // the problem's first moves
  std::vector<Wanted> taken_;          // those after them
  migration::Schedule schedule_;
};

}  // namespace headroom
