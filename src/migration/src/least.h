// The least time that the legs of a schedule could take together.
#pragma once

#include "headroom/migration/schedule.h"

namespace headroom::migration {

struct Least {
  Duration by_links{};    // bytes over the most loaded link, and one setup
  Duration by_places{};   // durations over the limits
};
Least least_of(const Problem& problem, const Correction& learnt, const std::vector<Leg>& legs);

// Every move as one leg. From, to and move are set, no more.
std::vector<Leg> direct_legs(const Problem& problem);

}  // namespace headroom::migration
