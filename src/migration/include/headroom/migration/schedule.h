// When each migration starts, at what bandwidth, and what it has to wait for: few at a time at the full rate of their links, the
// earliest breach first, every state on the way within capacities and constraints.
//
//   const auto schedule = make_schedule(problem, learnt);
//   for (const Leg& leg : schedule->legs) ...      // start a leg when its time has come and all it waits for are over
//   for (const Refusal& r : schedule->refused) ... // scale instead, or plan again
//
// A leg starts at its time at the earliest, and not before every leg in `after` is over (however it ended) and every leg in
// `after_done` has succeeded. If one of those failed, or was not begun itself, the leg is not begun; it counts as over when all it
// waits for are. Whoever keeps to that stays within capacities, links and constraints however long legs take and whichever of them
// fail and leave their VM where it was; check.h proves it by replay. A VM that is refused, or whose leg is not begun, stays.
//
// Both ends carry a VM until it has left. A leg holds its bandwidth from start to end.
//
// A pure function: equal input, equal schedule. Threads: any. Errors: kInvalid, as validate().
#pragma once

#include <string>

#include "headroom/migration/correction.h"
#include "headroom/migration/problem.h"

namespace headroom::migration {

// One live migration. A move has one, or two where it has to take a detour.
struct Leg {
  std::int32_t move = 0, from = 0, to = 0;
  Duration start{}, end{};             // as expected, if all before it take what was expected
  Duration late_end{};                 // 95 of 100 that start at `start` are over by then
  BytesPerSecond bandwidth;            // to be set as the migration's limit
  Bytes bytes;                         // predicted
  Duration downtime{};                 // predicted
  std::vector<std::int32_t> after;        // indices of legs; ascending, all less than its own
  std::vector<std::int32_t> after_done;   // likewise; none in both
};

enum class RefusalReason {
  kTooLate,          // it could not start early enough to be over before its breach
  kDoesNotConverge,  // the guest dirties memory faster than even an empty link sends it
  kNoBandwidth,      // a link on its way has none
  kNoRoom,           // on `host`, in `lane`, and no detour made any
  kApart,            // on `host` one stays that it must not meet
};

struct Refusal {
  std::int32_t move = 0;
  RefusalReason reason = RefusalReason::kNoRoom;
  std::int32_t host = 0;                // where it should have gone
  std::int32_t lane = -1;               // kNoRoom: the first that lacks room
  Duration latest_start{};              // kTooLate: when it would have had to start; negative: before the schedule begins
  std::vector<std::int32_t> waited_for{}; // kNoRoom, kApart: refused moves whose leaving would have helped; a cycle if it is one of them
};
// "it would have to start 12.0 s after the beginning to be over before its breach, and its links are taken until later"
std::string to_text(const Refusal& refusal);

struct Schedule {
  std::vector<Leg> legs;                // by start
  std::vector<Refusal> refused;         // by move
  Duration makespan{};                  // the last end
  // No schedule of these legs can be shorter: bytes over the most loaded link, and durations over limits.
  Duration least_makespan{};
};

Result<Schedule> make_schedule(const Problem& problem, const Correction& learnt = {});

}  // namespace headroom::migration
