// One random problem scheduled, judged, and replayed with other durations and failures than foreseen. What the ordinary tests do
// some thousand times and the long ones a hundred thousand times.
#pragma once

#include <string>

#include "headroom/migration/check.h"
#include "headroom/migration_testing/made_moves.h"

namespace headroom::migration_testing {

struct Trial {
  std::vector<std::string> breaches;   // each begins with the seed
  std::size_t legs = 0, refused = 0, detours = 0, not_begun = 0;
};
Trial try_schedule(std::uint64_t seed);

// Legs that take from a third to three times as long as told, and fail with the given probability half way or at the end.
std::vector<migration::Outcome> disturbed(const migration::Schedule& schedule, std::uint64_t seed, double failing);

}  // namespace headroom::migration_testing
