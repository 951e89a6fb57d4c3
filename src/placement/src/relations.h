// Who keeps which relation: the short forms of groups that hold at the start have quick keepers of their own (group_apart.h,
// group_spread.h); everything else is a relation like any other (apart.h, close.h, spread.h).
#pragma once

#include <cstdint>
#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

struct Relations {
  explicit Relations(const Problem& problem);

  std::vector<std::uint8_t> apart_group, spread_group;  // of groups: kept by the quick keeper
  std::vector<Relation> all;                            // the others
};

}  // namespace headroom::placement
